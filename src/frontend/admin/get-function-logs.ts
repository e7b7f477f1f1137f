import { constraintError } from '../../api/constraint.ts';
import { functionRef } from '../../api/function-ref.ts';
import { ApiError } from '../../api/errors.ts';
import type { LogEntry, LogFrom } from '../../store/logs/contract.ts';
import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

const entriesMax = 10_000;
const entriesDefault = 100;

/**
 * What a function printed: one JSON object a line, an invocation each, oldest first. `since`: milliseconds since the
 * Unix epoch; `limit`: the newest so many; `follow=1`: and what comes, line by line where an invocation is still running, until the client goes, its key ends or
 * the service stops. `times` says from which character on it was printed when.
 */
export function getFunctionLogs({ store, logs }: FrontendOptions, stopping: AbortSignal): Operation {
  return {
    name: 'GetFunctionLogs',
    method: 'GET',
    path: '/heddle/v1/functions/:functionName/logs',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { name, arn } = functionRef(request.parameter('functionName'), request.scope);
      const { account } = request.scope;
      if ((await store.functions.get(account, name)) === undefined)
        throw new ApiError('ResourceNotFoundException', `Function not found: ${arn}`);
      const from: LogFrom = {
        sinceWallMs: numberIn('since', request.query('since'), 0, Number.MAX_SAFE_INTEGER) ?? 0,
        limit: numberIn('limit', request.query('limit'), 1, entriesMax) ?? entriesDefault,
      };
      const entries =
        request.query('follow') === '1'
          ? logs.follow(account, name, from, AbortSignal.any([request.over(), stopping]))
          : await logs.read(account, name, from);
      return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body: lines(entries) };
    },
  };
}

async function* lines(entries: AsyncIterable<LogEntry> | Iterable<LogEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

function numberIn(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw constraintError(name, text, `Member must be a whole number between ${min} and ${max}`);
}
