import { functionRef } from '../../../api/function-ref.ts';
import { ApiError } from '../../../api/errors.ts';
import { limits } from '../../../model/limits.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import { logLines } from './log-lines.ts';
import { wantedLines } from './wanted.ts';

/** Who takes nothing of what is sent for so long is not there any more, ms; a sign of life comes every few seconds. */
const silentMsMax = 60_000;

/** How lines of logs are answered: of all functions of an account, or of some. `stopping` ends all that go on. */
export function logRuns(options: FrontendOptions, stopping: AbortSignal): Runs<'ReadLogLines'> {
  const readers = new Map<string, number>();
  return {
    async ReadLogLines(request) {
      const { scope } = request;
      const { account } = scope;
      const asked = wantedLines(request, options.clock.wall());
      const functions: string[] = [];
      for (const named of asked.functions) {
        const { name, arn } = functionRef(named, scope);
        if ((await options.store.functions.get(account, name)) === undefined)
          throw new ApiError('ResourceNotFoundException', `Function not found: ${arn}`);
        functions.push(name);
      }
      const wanted = { ...asked, functions };
      checkRoom(readers, account);
      const signal = AbortSignal.any([request.over(), stopping]);
      const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };
      const lines = logLines(options, account, wanted, signal);
      return { status: 200, headers, body: counted(readers, account, lines), silentMsMax };
    },
  };
}

/** Throws ApiError where as many read already as may. */
function checkRoom(readers: ReadonlyMap<string, number>, account: string): void {
  const max = limits.liveTailSessionsPerAccountMax;
  if ((readers.get(account) ?? 0) < max) return;
  throw new ApiError(
    'TooManyRequestsException',
    `An account may have its logs read ${max} times at once. Close one of the pages that do.`,
    { retryAfterSeconds: 5 },
  );
}

/** Counts who reads, from the first line on. */
async function* counted(
  readers: Map<string, number>,
  account: string,
  lines: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  readers.set(account, (readers.get(account) ?? 0) + 1);
  try {
    yield* lines;
  } finally {
    const left = (readers.get(account) ?? 1) - 1;
    if (left === 0) readers.delete(account);
    else readers.set(account, left);
  }
}
