import { pino } from 'pino';
import { functionOf } from '../../../../test/simulation/service.ts';
import { VirtualClock } from '../../../../test/simulation/virtual-clock.ts';
import { ApiError } from '../../../api/errors.ts';
import { LoopGuard } from '../../../frontend/lambda/invocation/loop-guard.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { InProcessStore } from '../../../store/durable/testing/in-process-store.ts';
import { ClockKeeper } from '../../clock/clock-keeper.ts';
import type { Poster } from '../../destinations/posting.ts';
import { MemorySender } from '../../testing/memory-sender.ts';
import { AsyncEvents } from '../async-events.ts';
import { rulesOf, type EventRules } from '../rules.ts';

export const region = 'eu-west-1';
export const account: string = functionOf('any').account;
/** Of a function. */
export const arn: (name: string) => string = (name) => `arn:aws:lambda:${region}:${account}:function:${name}`;
export const queueArn: string = `arn:aws:sqs:${region}:${account}:dead`;
export const hookArn = 'arn:aws:heddle-http:::https://hooks.example.org/x';

/** What came of an invocation. */
export function outcome(payload: unknown, error?: 'Unhandled'): InvocationOutcome {
  const bytes = Buffer.from(JSON.stringify(payload));
  return {
    result: error === undefined ? { ok: true, payload: bytes } : { ok: false, functionError: error, payload: bytes },
    ...{ startPath: 'reused-container', startMs: 1, durationMs: 1, memoryPeakMb: 1 },
    ...{ instanceId: 'i', containerId: 'c', log: '' },
  };
}

export const ok = async (): Promise<InvocationOutcome> => outcome('done');
export const fails = async (): Promise<InvocationOutcome> =>
  outcome({ errorType: 'E', errorMessage: 'no' }, 'Unhandled');

/** A service of events on a clock of its own. */
export class Bench {
  readonly clock: VirtualClock;
  readonly keeper: ClockKeeper;
  readonly queues: MemorySender = new MemorySender();
  readonly ran: Invocation[] = [];
  readonly posted: { readonly url: string; readonly body: string }[] = [];
  readonly log: string[] = [];
  /** Functions that are to run later, and in how many ms, as they were told. */
  readonly awaited: (readonly [name: string, inMs: number])[] = [];
  readonly rules: Map<string, Partial<EventRules> | 'gone'> = new Map();
  readonly loops: LoopGuard = new LoopGuard({ get: () => undefined }, pino({ level: 'silent' }));
  behaviour: (invocation: Invocation) => Promise<InvocationOutcome> = ok;
  status = 200;
  readonly events: AsyncEvents;
  #requests = 0;

  constructor(store: InProcessStore, clock: VirtualClock = new VirtualClock()) {
    const logger = pino({ level: 'warn' }, { write: (line) => void this.log.push(line) });
    this.clock = clock;
    this.keeper = new ClockKeeper({ store, clock, logger });
    const post: Poster['freely'] = async ({ url, body }) => {
      this.posted.push({ url: url.href, body: Buffer.from(body).toString() });
      return { status: this.status, text: '' };
    };
    const nothing = { config: undefined, tags: {}, deadLetter: undefined, reserved: undefined, egress: {} };
    this.events = new AsyncEvents({
      store,
      awaited: ({ name }, inMs) => void this.awaited.push([name, inMs]),
      workerManager: {
        invoke: (invocation) => {
          this.ran.push(invocation);
          return this.behaviour(invocation);
        },
      },
      targets: {
        target: async (owner, name, qualifier, traceHeader) => {
          this.loops.check({ account: owner, name }, traceHeader);
          if (this.rules.get(name) === 'gone')
            throw new ApiError('ResourceNotFoundException', `Function not found: ${arn(name)}`);
          const invokedArn = qualifier === undefined ? arn(name) : `${arn(name)}:${qualifier}`;
          return { function: { ...functionOf(name), account: owner, arn: arn(name) }, invokedArn };
        },
        rules: async (_owner, name) => {
          const said = this.rules.get(name);
          return said === 'gone' ? undefined : { ...rulesOf(nothing), ...said };
        },
      },
      delivery: {
        region,
        queues: this.queues,
        poster: { within: (_account, _name, _egress, request) => post(request), freely: post },
        outside: { services: {}, ownAccount: account },
      },
      clock: this.keeper.clock,
      ages: this.keeper,
      logger,
    });
  }

  /** What a service before this one left goes on, and it is seen what is done to the clock. */
  async begin(): Promise<void> {
    await this.keeper.recall();
    await this.events.resume();
    this.keeper.begin({ back: { events: () => this.events.planAnew() }, schedules: async () => 0 });
  }

  async accept(
    functionName: string,
    requestId: string = `r${(this.#requests += 1)}`,
    owner: string = account,
  ): Promise<string> {
    await this.events.accept({
      account: owner,
      functionName,
      requestId,
      payload: Buffer.from(`{"id":"${requestId}"}`),
    });
    return requestId;
  }

  /** Seconds at which invocations came. */
  get names(): string[] {
    return this.ran.map(({ function: fn, requestId }) => `${fn.name} ${requestId}`);
  }
}

/** When each try was, seconds after the first moment. */
export function triesOf(of: Bench): number[] {
  const tries: number[] = [];
  const { behaviour } = of;
  of.behaviour = (invocation) => {
    tries.push(of.clock.now() / 1_000);
    return behaviour(invocation);
  };
  return tries;
}
