import { functionRef } from '../../../api/function-ref.ts';
import { ApiError } from '../../../api/errors.ts';
import { limits } from '../../../model/limits.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import { logLines } from './log-lines.ts';
import { AtOnce } from '../../../model/at-once.ts';
import { wantedLines, type WantedLines } from './wanted.ts';

/** Who takes nothing of what is sent for so long is not there any more, ms; a sign of life comes every few seconds. */
const silentMsMax = 60_000;

/** Logs that are read at the same time, for an account and for all: each is megabytes, and takes a multiple of that while it is read. */
const [ofAccountAtOnce, ofAllAtOnce] = [2, 4];

/** Who reads of one account. */
interface Readers {
  count: number;
  readonly turns: AtOnce;
}

/** How lines of logs are answered: of all functions of an account, or of some. `stopping` ends all that go on. */
export function logRuns(options: FrontendOptions, stopping: AbortSignal): Runs<'ReadLogLines'> {
  const readers = new Map<string, Readers>();
  const all = new AtOnce(ofAllAtOnce);
  const readersOf = (account: string): Readers => {
    const own = readers.get(account) ?? { count: 0, turns: new AtOnce(ofAccountAtOnce) };
    readers.set(account, own);
    return own;
  };
  /** Counts who reads, from the first line on. */
  async function* counted(account: string, wanted: WantedLines, signal: AbortSignal): AsyncGenerator<string, void> {
    const own = readersOf(account);
    own.count += 1;
    const turns: Pick<AtOnce, 'take'> = { take: (act) => own.turns.take(() => all.take(act)) };
    try {
      yield* logLines({ ...options, turns }, account, wanted, signal);
    } finally {
      own.count -= 1;
      if (own.count === 0) readers.delete(account);
    }
  }
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
      checkRoom(readers.get(account)?.count ?? 0);
      const signal = AbortSignal.any([request.over(), stopping]);
      const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };
      return { status: 200, headers, body: counted(account, wanted, signal), silentMsMax };
    },
  };
}

/** Throws ApiError where as many read already as may. */
function checkRoom(count: number): void {
  const max = limits.liveTailSessionsPerAccountMax;
  if (count < max) return;
  throw new ApiError(
    'TooManyRequestsException',
    `An account may have its logs read ${max} times at once. Close one of the pages that do.`,
    { retryAfterSeconds: 5 },
  );
}
