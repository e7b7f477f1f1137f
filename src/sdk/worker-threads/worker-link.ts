import { channel } from 'node:diagnostics_channel';
import type { CodeFile } from '../../model/functions/code.ts';
import { RemoteError } from '../threads/errors.ts';
import { threadsConnection } from '../threads/session/connection.ts';
import { isProgramEnd } from '../threads/program-end.ts';
import { startThread } from '../threads/thread/start-thread.ts';
import type { Thread } from '../threads/thread/thread.ts';
import { ensureCode } from '../threads/session/upload.ts';
import { lateFiles, namedModule, workerCode, type WorkerFiles } from './code/worker-code.ts';
import type { WorkerOptions } from './worker-options.ts';
import { FramePort } from './relay/frame-port.ts';
import { isFrame, type GuestFrame, type HostFrame, type Setup } from './relay/frames.ts';

/** How the thread of a Worker is to run. */
export interface LinkOptions {
  readonly name: string;
  readonly memoryMb: number;
  readonly timeoutMs?: number;
}

/** Who hears what becomes of it. */
export interface LinkEvents {
  onFrame(frame: GuestFrame): void;
  /** Text that its process wrote past the Worker's streams. */
  onLog(text: string): void;
  /** It is over; `error` where it did not end by itself. After all frames. */
  onEnd(error: unknown): void;
  /** Instead: the program had nothing more to do, and its service has ended. Nothing comes any more. */
  onLeft(): void;
}

/** Tells `{ threadId, path, ms }` of each Worker that was started elsewhere. */
const started = channel('heddle:worker-start');
/** A Worker that was told to stop and did not is killed after this, ms. */
const stopMsMax = 5_000;

/** The thread that a Worker runs in, and what is said to it: also before it is there. */
export class WorkerLink {
  readonly #events: LinkEvents;
  readonly #named = new Set<string>();
  readonly #early: HostFrame[] = [];
  #news: string[] = [];
  #loading: Promise<void> | undefined;
  #thread: Thread<unknown> | undefined;
  #frames: FramePort<HostFrame> | undefined;
  #stopped = false;
  #left = false;

  constructor(roots: WorkerFiles, setup: Omit<Setup, 'early'>, options: LinkOptions, events: LinkEvents) {
    this.#events = events;
    // What is missing to connect is told by the start.
    threadsConnection().catch(() => undefined);
    this.#begin(roots, setup, options).catch((error: unknown) => this.#end(error));
  }

  /** Says something to the Worker, after the files of modules that it names. */
  send(frame: HostFrame): void {
    if (this.#frames === undefined) this.#early.push(frame);
    else if (this.#loading === undefined && this.#news.length === 0) this.#frames.send(frame);
    else this.#loading = this.#sendLater(this.#loading, this.#news.splice(0), frame);
  }

  /** A text that goes to the Worker: it may name a module, which then comes along. */
  readonly noteText = (text: string): void => {
    const path = namedModule(text);
    if (path === undefined || this.#named.has(path)) return;
    this.#named.add(path);
    this.#news.push(path);
  };

  /** Ends it; its end is told as any other. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#thread === undefined) return;
    this.#frames?.send({ type: 'terminate' });
    void this.#thread.cancel(undefined, { graceMs: stopMsMax });
  }

  async #begin(roots: WorkerFiles, setup: Omit<Setup, 'early'>, options: LinkOptions): Promise<void> {
    // What is said to it in this very turn may name modules, and then goes along with its start.
    await Promise.resolve();
    this.#news = [];
    const code = await workerCode({ ...roots, files: [...new Set([...roots.files, ...this.#named])].sort() });
    if (this.#stopped) return this.#end(undefined);
    const target = {
      exportName: 'run',
      code: (session: Parameters<typeof ensureCode>[0]) => ensureCode(session, code),
    };
    const more = { holds: false };
    const thread = startThread(target, [{ ...setup, early: this.#early }], { ...options, output: 'silent' }, more);
    this.#thread = thread;
    void this.#passLogs(thread);
    this.#frames = new FramePort(thread.port, (frame) => {
      if (isFrame<GuestFrame>(frame)) this.#events.onFrame(frame);
    });
    thread.start.then(
      (start) => started.publish({ threadId: setup.threadId, ...start }),
      () => undefined,
    );
    // Before what it said lately, which nobody is to hear then.
    thread.then(undefined, (reason: unknown) => this.#leaveIf(reason));
    // When it has ended, what it said before comes first.
    thread.port.on('close', () => {
      thread.then(
        () => this.#end(undefined),
        (reason: unknown) => this.#end(reason),
      );
    });
    thread.port.unref();
  }

  async #passLogs(thread: Thread<unknown>): Promise<void> {
    for await (const text of thread.logs()) this.#events.onLog(text);
  }

  /** Whoever has told it to stop waits for its end. */
  #leaveIf(reason: unknown): void {
    if (this.#left || this.#stopped || !isProgramEnd(reason)) return;
    this.#left = true;
    this.#events.onLeft();
  }

  #end(error: unknown): void {
    this.#leaveIf(error);
    if (this.#left) return;
    const cancelled = isProgramEnd(error) || (error instanceof RemoteError && error.kind === 'cancelled');
    // Out of the promise: what listeners throw is to be uncaught as ever.
    process.nextTick(() => this.#events.onEnd(cancelled ? undefined : error));
  }

  async #sendLater(before: Promise<void> | undefined, names: readonly string[], frame: HostFrame): Promise<void> {
    await before;
    const files = names.length === 0 ? [] : await lateFiles(names).catch((): CodeFile[] => []);
    if (files.length > 0) this.#frames?.send({ type: 'files', files });
    this.#frames?.send(frame);
  }
}

/** What of this machine a Worker needs, beside what it is told. `HEDDLE_WORKER_FILES`: patterns for a whole program. */
export function filesOf(
  { source, execArgv }: Pick<Setup, 'source' | 'execArgv'>,
  { heddle = {} }: WorkerOptions,
): WorkerFiles {
  const cwd = process.cwd();
  const named = (process.env['HEDDLE_WORKER_FILES'] ?? '').split(':').filter((pattern) => pattern !== '');
  const along = [...named, ...(heddle.files ?? [])];
  // Modules that flags preload.
  const preloaded = execArgv.map((flag) => namedModule(flag.replace(/^--(?:require|import)=/, '')));
  const files = preloaded.filter((path) => path !== undefined);
  if (source.kind === 'file') return { files: [source.text, ...files], along, cwd };
  return { files, along, cwd, ...(source.kind === 'eval' && { code: { text: source.text, folder: cwd } }) };
}
