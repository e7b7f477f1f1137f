import { constraintError } from '../../api/constraint.ts';
import { ApiError } from '../../api/errors.ts';
import type { ShownTrace } from '../../model/invocations/shown-trace.ts';
import { withWay, type Way } from '../../model/invocations/way.ts';
import { limits } from '../../model/limits.ts';
import { getThread } from './get-thread.ts';
import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { ApiRequest, Operation } from '../routes/operation.ts';

const listedDefault = 20;

/** Where the time of the newest invocations and threads went, and of each by the id of its request. In a cluster all hosts are asked. */
export function traceOperations(options: FrontendOptions): readonly Operation[] {
  return [listTraces(options), getTrace(options), getThread(options)];
}

/**
 * `traces`, newest first (`ShownTrace`, without its stages), at most `limit` of them, and of one function where `function` is given; `silentHosts`: those of a cluster that did not
 * answer.
 */
function listTraces(options: FrontendOptions): Operation {
  return {
    name: 'ListTraces',
    method: 'GET',
    path: '/heddle/v1/traces',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const limit = limitOf(request);
      const functionName = request.query('function');
      const { found, silent } = await tracesOf(options, request.scope.account, { limit, functionName });
      const newest = found.toSorted((a, b) => b.at - a.at).slice(0, limit);
      const traces = newest.map((trace) => ({ ...trace, stages: undefined }));
      return { status: 200, body: { traces, ...(silent.length > 0 && { silentHosts: silent }) } };
    },
  };
}

/** What hosts tell each other: the way of a call to the host that ran it. */
const toldWay = 'way';

/** A `ShownTrace`: of a request that ran several times, the newest; of one that another host ran than it came to, with the way there and back. */
function getTrace(options: FrontendOptions): Operation {
  const { clusterView, ways } = options;
  clusterView?.tells(toldWay, async (account, requestId) => ({ ...ways?.of(account, requestId) }));
  return {
    name: 'GetTrace',
    method: 'GET',
    path: '/heddle/v1/traces/:requestId',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const requestId = request.parameter('requestId');
      const { found, silent } = await tracesOf(options, request.scope.account, { limit: 1, requestId });
      const [newest] = found.toSorted((a, b) => b.at - a.at);
      if (newest !== undefined) {
        const way = newest.kind === 'invocation' ? await wayOf(options, request.scope.account, requestId) : undefined;
        return { status: 200, body: way === undefined ? newest : withWay(newest, way) };
      }
      const unheard = silent.length === 0 ? '' : ` Not heard: ${silent.join(', ')}.`;
      throw new ApiError(
        'ResourceNotFoundException',
        `Nothing is known of the request ${requestId}: it never was, has not ended yet, was refused, or is not among the newest ${limits.tracesPerAccountMax} of the account any more.${unheard}`,
      );
    },
  };
}

async function wayOf(
  { ways, clusterView }: FrontendOptions,
  account: string,
  requestId: string,
): Promise<Way | undefined> {
  const own = ways?.of(account, requestId);
  if (own !== undefined || clusterView === undefined) return own;
  const { found } = await clusterView.told(toldWay, account, { about: requestId });
  return found.find((one): one is Way => 'from' in one && 'sentMs' in one && 'totalMs' in one);
}

/** What is asked for of traces. */
export interface TraceQuery {
  readonly limit: number;
  readonly functionName?: string | undefined;
  readonly requestId?: string | undefined;
}

async function tracesOf(
  { traces, clusterView }: FrontendOptions,
  account: string,
  query: TraceQuery,
): Promise<{ readonly found: readonly ShownTrace[]; readonly silent: readonly string[] }> {
  if (clusterView !== undefined) return await clusterView.traces({ account, ...query });
  return { found: traces?.(account, query) ?? [], silent: [] };
}

function limitOf(request: ApiRequest): number {
  const text = request.query('limit');
  if (text === undefined) return listedDefault;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= limits.tracesListedMax) return value;
  throw constraintError('limit', text, `Member must be a whole number between 1 and ${limits.tracesListedMax}`);
}
