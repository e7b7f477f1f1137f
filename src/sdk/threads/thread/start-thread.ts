import { encodeAbort, encodeArguments as encode, type EncodedArguments } from '../../../protocol/threads/arguments.ts';
import { laneKinds } from '../../../protocol/threads/lane.ts';
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
export function encodeArguments(
  args: readonly unknown[],
  { transfer, valueBytesMax }: ThreadOptions,
): EncodedArguments {
  const most = valueBytesMax ?? limits.threadValueBytes;
  const encoded = encode(args, transfer);
  const { bytes } = encoded;
  if (bytes.length > most)
    throw new RangeError(
      `The arguments of a thread have ${bytes.length} bytes; at most ${most} are allowed (\`valueBytesMax\`).`,
    );
  return encoded;
}

/** Tells a run when signals among its arguments fire, by their order there. */
function relay(signals: readonly AbortSignal[], { out, result }: ThreadRun): void {
  const over = new AbortController();
  signals.forEach((signal, index) => {
    const tell = (): void => out.say(laneKinds.abort, encodeAbort(index, signal.reason));
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true, signal: over.signal });
  });
  if (signals.length > 0) void result.catch(() => undefined).then(() => over.abort());
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
  const { bytes, signals } = encodeArguments(args, options);
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
      // What fires one thread's signal must not come to another.
      batches: more.batches === true && signals.length === 0,
      ...(more.portion !== undefined && { portion: more.portion(name) }),
    };
    const resultBytesMax = options.valueBytesMax ?? limits.threadValueBytes;
    const read = { resultBytesMax, decode: more.hostile?.decode };
    const call = { exportName, args: bytes, streams: more.onItem !== undefined, ...read };
    run.spawn(order, call, more.holds);
    relay(signals, run);
    return run;
  };
  return new Thread<R>(currentSession, firstId, begin, { name: exportName, ...options }, more);
}

async function currentSession(): Promise<ClientSession> {
  return (await threadsConnection()).session;
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
  // To ask once more how it ended does no harm.
  return new Thread<R>(currentSession, id, begin, options, { repeatable: true });
}
