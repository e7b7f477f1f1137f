import { encodeMessage } from '../../../protocol/clone.ts';
import { limits } from '../../../model/limits.ts';
import { isThreadName } from '../../../protocol/session/thread-name.ts';
import { randomUUID } from '../../platform/identity.ts';
import type { ClientSession } from '../session/client-session.ts';
import { checkOptions } from '../check-options.ts';
import { orderOf, type ThreadOptions } from '../options.ts';
import { threadsConnection } from '../session/connection.ts';
import { ThreadRun } from './thread-run.ts';
import { Thread, type ThreadExtras } from './thread.ts';
import type { BeginRun } from './thread-tries.ts';

/** What is to be called, where. */
export interface Target {
  /** Sees to it that the service has the code, and gives its name there. */
  readonly code: (session: ClientSession) => Promise<string>;
  readonly exportName: string;
}

/** Encodes the arguments now, so that what cannot be sent throws here, before anything is sent. Detaches what is moved. */
export function encodeArguments(args: readonly unknown[], { transfer, valueBytesMax }: ThreadOptions): Buffer {
  const most = valueBytesMax ?? limits.threadValueBytes;
  const bytes = encodeMessage(args, transfer);
  if (bytes.length > most)
    throw new RangeError(
      `The arguments of a thread have ${bytes.length} bytes; at most ${most} are allowed (\`valueBytesMax\`).`,
    );
  return bytes;
}

/**
 * Starts a thread that calls an export with arguments. Throws DataCloneError or RangeError for arguments that cannot be sent,
 * RangeError or TypeError for options that no thread can have.
 *
 * Whatever starts threads calls this. In this room, from the outside in: `thread.ts` is what its user holds, `thread-tries.ts` begins it, again
 * where it may be tried again, and `thread-run.ts` is one try, with what goes to it (`lane-out.ts`) and comes from it (`result-in.ts`).
 */
export function startThread<R>(
  { code, exportName }: Target,
  args: readonly unknown[],
  options: ThreadOptions,
  more: ThreadExtras = {},
): Thread<R> {
  checkOptions(options);
  const encoded = encodeArguments(args, options);
  const firstId = randomUUID();
  const begin: BeginRun = async (session, events, attempt, detached) => {
    const name = await code(session);
    // Of those that wait, each sees what those before it have sent.
    while (session.crowded && !session.ended) await session.drained();
    const run = new ThreadRun(session, events, attempt, attempt === 1 ? firstId : randomUUID());
    const order = {
      code: name,
      name: options.name ?? exportName,
      detached: detached(),
      ...orderOf(options),
      batches: more.batches ?? false,
    };
    const resultBytesMax = options.valueBytesMax ?? limits.threadValueBytes;
    const call = { exportName, args: encoded, streams: more.onItem !== undefined, resultBytesMax };
    run.spawn(order, call, more.holds);
    return run;
  };
  const session = threadsConnection().then((connection) => connection.session);
  return new Thread<R>(session, firstId, begin, { name: exportName, ...options }, more);
}

/**
 * Joins a thread that was detached, here or in another process: its result is kept for a while. Throws TypeError for what is
 * no thread's id.
 */
export function attach<R>(id: string, options: Pick<ThreadOptions, 'name' | 'output'> = {}): Thread<R> {
  checkOptions(options);
  if (typeof id !== 'string' || !isThreadName(id))
    throw new TypeError(`'${id}' is no id of a thread; \`detach\` gives one.`);
  const begin: BeginRun = async (session, events, attempt) => {
    const known = session.listener(id);
    if (known instanceof ThreadRun) {
      // This process has it already.
      known.tell(events);
      known.hold(true);
      return known;
    }
    const run = new ThreadRun(session, events, attempt, id);
    run.attach();
    return run;
  };
  const session = threadsConnection().then((connection) => connection.session);
  return new Thread<R>(session, id, begin, options);
}
