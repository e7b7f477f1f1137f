import { join } from 'node:path';
import type { Clock, Timer } from '../../model/clock.ts';
import { AtOnce } from '../../model/at-once.ts';
import { turns } from '../../model/turns.ts';
import type { LogEntry, LogFrom, LogStore } from './contract.ts';
import { LogFile } from './log-file.ts';
import { type Follower, LogFollowers } from './log-followers.ts';

/** What a {@link LogStore} is made with. */
export interface LogStoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Of each of a function's two files. */
  readonly fileBytesMax?: number;
  /** Not yet written, of all functions; beyond it entries are dropped, and a line says how many. */
  readonly pendingCharsMax?: number;
  readonly flushMs?: number;
  /** Told of a write that failed; the entries are lost. */
  readonly onError?: (error: unknown) => void;
}

/** Entries of one function that are not written yet. */
interface Pending {
  readonly entries: LogEntry[];
  dropped: number;
}

/** Logs that are read at the same time: each takes several times its size while it is. */
const readsAtOnce = 4;

/** Makes a log store on files. Entries are written together every `flushMs`, off the path of the request. */
export function openLogStore(options: LogStoreOptions): LogStore {
  const { folder, clock, fileBytesMax = 8_388_608, pendingCharsMax = 33_554_432, flushMs = 200 } = options;
  const onError = options.onError ?? (() => undefined);
  const files = new Map<string, LogFile>();
  const followers = new LogFollowers();
  const oneAtATime = turns();
  const reads = new AtOnce(readsAtOnce);
  let pending = new Map<string, Pending>();
  let pendingChars = 0;
  let timer: Timer | undefined;
  let lastSeq = 0;

  function file(key: string): LogFile {
    const found = files.get(key) ?? new LogFile(join(folder, key), fileBytesMax);
    files.set(key, found);
    return found;
  }

  function nextSeq(): number {
    lastSeq = Math.max(lastSeq + 1, Math.floor(clock.wall() * 1_000));
    return lastSeq;
  }

  async function write(key: string, { entries, dropped }: Pending): Promise<void> {
    const note = {
      seq: nextSeq(),
      wallMs: clock.wall(),
      requestId: '',
      text: `${dropped} log entries were dropped.\n`,
    };
    await file(key).append(dropped === 0 ? entries : [...entries, note]);
  }

  function flush(): Promise<void> {
    timer?.[Symbol.dispose]();
    timer = undefined;
    const batch = pending;
    pending = new Map();
    pendingChars = 0;
    return oneAtATime(async () => {
      for (const [key, entries] of batch) await write(key, entries).catch(onError);
    });
  }

  async function read(account: string, functionName: string, from: LogFrom): Promise<readonly LogEntry[]> {
    await flush();
    const entries = await reads.take(() => file(`${account}/${functionName}`).read(from.sinceWallMs));
    return entries.slice(-from.limit);
  }

  return {
    append(account, functionName, { requestId, text, times, stream }) {
      const key = `${account}/${functionName}`;
      const more = { ...(times !== undefined && { times }), ...(stream !== undefined && { stream }) };
      const entry = { seq: nextSeq(), wallMs: clock.wall(), requestId, text, ...more };
      followers.ended(key, entry);
      let own = pending.get(key);
      if (own === undefined) pending.set(key, (own = { entries: [], dropped: 0 }));
      if (pendingChars + text.length > pendingCharsMax) own.dropped++;
      else own.entries.push(entry);
      pendingChars += text.length;
      timer ??= clock.timer(flushMs, () => void flush());
    },
    printed: (account, functionName, requestId, log) =>
      followers.printed(`${account}/${functionName}`, requestId, log, nextSeq),
    forget: (account, functionName, requestId) => followers.forget(`${account}/${functionName}`, requestId),
    read,
    running: (account, functionName) => followers.running(`${account}/${functionName}`),
    async *follow(account, functionName, from, signal) {
      // Listening begins before reading, so that nothing falls between.
      using live = followers.join(`${account}/${functionName}`, signal, nextSeq);
      yield* pastAndLive(await read(account, functionName, from), live);
    },
    async remove(account, functionName) {
      const key = `${account}/${functionName}`;
      pending.delete(key);
      await oneAtATime(async () => {
        await file(key).remove();
        files.delete(key);
      });
    },
    [Symbol.asyncDispose]: flush,
  };
}

/** What comes twice is told apart by its number; a piece of what has ended by then, by its request. */
async function* pastAndLive(past: readonly LogEntry[], live: Follower): AsyncGenerator<LogEntry, void> {
  yield* past;
  const seen = past.at(-1)?.seq ?? 0;
  const ended = new Set(past.map(({ requestId }) => requestId));
  for await (const { entry, whole } of live.entries())
    if (whole ? entry.seq > seen : !ended.has(entry.requestId)) yield entry;
}
