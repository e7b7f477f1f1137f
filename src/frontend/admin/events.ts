import { constraintError } from '../../api/constraint.ts';
import { ApiError } from '../../api/errors.ts';
import type { LineState } from '../../events/async/async-events.ts';
import type { EventReport } from '../../store/durable/contracts/events.ts';
import type { FrontendOptions } from '../context.ts';
import { callersHome, smallBodyBytesMax } from '../routes/operation.ts';
import type { ApiRequest, ApiReply, Operation } from '../routes/operation.ts';

/** Events of one line that are told: where nothing is said, and at most. */
const shownUsual = 20;
const shownMax = 1_000;

const path = '/heddle/v1/events';

/** A line of events as it is shown: of a function, or on its way to a destination. Times in milliseconds. */
export interface EventLineWire {
  readonly line: string;
  readonly kind: 'function' | 'destination';
  readonly depth: number;
  readonly bytes: number;
  readonly inFlight: number;
  readonly retrying: number;
  /** Of what was accepted first and has not ended. */
  readonly oldestAgeMs?: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Asynchronous invocations of the account: what waits, what became of one, and an end to what waits. */
export function eventOperations(options: FrontendOptions): readonly Operation[] {
  const { events, clock } = options;
  const operation = (
    name: string,
    method: Operation['method'],
    at: string,
    run: (request: ApiRequest) => Promise<ApiReply>,
  ): Operation => ({ name, method, path: at, bodyBytesMax: smallBodyBytesMax, home: callersHome, run });
  return [
    operation('ListEvents', 'GET', path, async (request) => {
      const { account } = request.scope;
      const line = request.query('line') ?? '';
      if (line === '') return { status: 200, body: { lines: await eventLines(options, account) } };
      const max = maxIn(request);
      const used = await events.of(account).inUse();
      const { waiting = [], failed = [] } = (await used?.async.ofLine({ account, line }, max)) ?? {};
      const body = { now: clock.wall(), waiting: waiting.map(reportWire), failed: failed.map(reportWire) };
      return { status: 200, body };
    }),
    operation('GetEvent', 'GET', `${path}/:requestId`, async (request) => {
      const requestId = request.parameter('requestId');
      const used = await events.of(request.scope.account).inUse();
      const reports = (await used?.async.find(request.scope.account, requestId)) ?? [];
      if (reports.length === 0)
        throw new ApiError(
          'ResourceNotFoundException',
          `There is no event with the request id ${requestId.slice(0, 100)}: the newest that ended are remembered, and those that wait.`,
        );
      return { status: 200, body: { now: clock.wall(), events: reports.map(reportWire) } };
    }),
    operation('PurgeEvents', 'DELETE', path, async (request) => {
      const line = request.query('line') ?? '';
      if (line === '') throw constraintError('line', null, 'Member must not be null');
      const used = await events.of(request.scope.account).inUse();
      const purged = (await used?.async.purge({ account: request.scope.account, line })) ?? 0;
      return { status: 200, body: { purged } };
    }),
  ];
}

function maxIn(request: ApiRequest): number {
  const text = request.query('max');
  if (text === undefined) return shownUsual;
  const max = Number(text);
  if (Number.isInteger(max) && max >= 1 && max <= shownMax) return max;
  throw constraintError('max', text, `Member must be a whole number between 1 and ${shownMax}`);
}

/** Lines of an account, for whoever looks: none where its home is elsewhere. */
export async function eventLines(
  { events, clock }: Pick<FrontendOptions, 'events' | 'clock'>,
  account: string,
): Promise<readonly EventLineWire[]> {
  const nowMs = clock.wall();
  const used = await events.find(account)?.inUse();
  return ((await used?.async.lines(account)) ?? []).map((line) => lineWire(line, nowMs));
}

function lineWire(state: LineState, nowMs: number): EventLineWire {
  const { account: _, oldestMs, ...line } = state;
  const kind = line.line.includes(':') ? 'destination' : 'function';
  return { ...line, kind, ...(oldestMs !== undefined && { oldestAgeMs: Math.max(0, nowMs - oldestMs) }) };
}

function reportWire(report: EventReport): object {
  const { account: _, ...shown } = report;
  return shown;
}
