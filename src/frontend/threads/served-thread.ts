import { ApiError } from '../../api/errors.ts';
import { CancelledError } from '../../model/errors.ts';
import type { Caller } from '../../model/invocations/caller.ts';
import type { ThreadLane, ThreadWatcher } from '../../model/invocations/invocation.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { KeptThread } from '../../store/contract.ts';
import { limits } from '../../model/limits.ts';
import { laneKinds, laneMessage } from '../../protocol/threads/lane.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type {
  ClientMessage,
  ServiceMessage,
  ThreadEnd,
  ThreadStart,
  ThreadState,
} from '../../protocol/session/session-messages.ts';
import { endingOf } from './ending-of.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { Ear } from './ear.ts';
import type { SessionConnection } from './session-connection.ts';

/** Opens a session for a thread that starts threads itself. */
export type OpenSession = (
  wire: Wire,
  caller: Caller | undefined,
  record: ThreadRecord | undefined,
) => SessionConnection;

/** What is known of a thread from its order. */
export type OrderedThread = Pick<ClientMessage & { readonly type: 'spawn' }, 'thread' | 'name' | 'detached' | 'parts'>;

/** A thread as the service sees it, from its order to its end. */
export class ServedThread implements ThreadWatcher {
  readonly id: string;
  readonly name: string;
  readonly bornAt: number;
  readonly cancel: AbortController = new AbortController();
  /** Called when it has ended. */
  onOver: (() => void) | undefined;
  /** Set when it has ended. */
  end: ThreadEnd | undefined;
  /** It outlives its client. */
  detached: boolean;
  /** By whose right it runs, where that is a role's: it ends when that is revoked. */
  role: string | undefined;
  /** Makes its spans, where its trace is kept. */
  onTraced: { started(): void; ended(end: ThreadEnd): void } | undefined;
  /** Where it is kept what happens to it. */
  record: ThreadRecord | undefined;
  /** Gives the name of the host of this id, or of this one, where there are others. */
  hostName: ((id: string | undefined) => string) | undefined;
  /** Parts of its result, while there is nobody to take them, or somebody may come later. */
  readonly #parts: Uint8Array[] = [];
  readonly #open: OpenSession | undefined;
  /** Its call waits for what its client sends when it is placed. */
  readonly #awaitsParts: boolean;
  #session: SessionConnection | undefined;
  #partsBytes = 0;
  /** Its client's, until that is gone, and those of all who attached to it. */
  readonly #ears = new Set<Ear>();
  #onEnd: ((end: ThreadEnd) => Promise<void>) | undefined;
  #onCounted: ((end: ThreadEnd) => void) | undefined;
  #lane: ThreadLane | undefined;
  /** The end of what it printed. */
  #tail = '';
  #start: ThreadStart | undefined;

  /** `open`: it may start threads itself. */
  constructor({ thread, name, detached, parts }: OrderedThread, bornAt: number, open?: OpenSession) {
    this.id = thread;
    this.name = name;
    this.bornAt = bornAt;
    this.detached = detached;
    this.#awaitsParts = parts;
    this.#open = open;
  }

  /** One that has ended, as the store kept it. */
  static ofKept(id: string, { name, end, parts }: KeptThread): ServedThread {
    const thread = new ServedThread({ thread: id, name, detached: true, parts: false }, 0);
    thread.#parts.push(...parts);
    thread.end = end;
    return thread;
  }

  /** One that goes on where this one stands. Throws where the service knows that it cannot. */
  fork(name: string, bornAt: number): ServedThread {
    if (this.#session !== undefined)
      throw new ApiError(
        'ResourceConflictException',
        'A thread cannot be forked that has started threads itself, or used what threads share: that is one session, which only one of them could have.',
      );
    const fork = new ServedThread({ thread: name, name: this.name, detached: false, parts: false }, bornAt, this.#open);
    fork.role = this.role;
    fork.hostName = this.hostName;
    return fork;
  }

  /** `listener` is called when it has ended, at once if it has. */
  onEnd(listener: (end: ThreadEnd) => Promise<void>): void {
    if (this.end === undefined) this.#onEnd = listener;
    else void listener(this.end);
  }

  /** Tells one more from now on; what it needs to know of the past first. */
  listen(ear: Ear): void {
    this.#ears.add(ear);
    const thread = this.id;
    if (this.#start !== undefined) ear.tell({ type: 'started', thread, ...this.#start });
    for (const data of this.#parts) ear.tell({ type: 'lane', thread, data });
    if (this.end !== undefined) ear.tell({ type: 'ended', thread, end: this.end });
    this.#flow();
  }

  /** Tells this one nothing more. */
  leave(ear: Ear): void {
    this.#ears.delete(ear);
    this.#flow();
  }

  placed(lane: ThreadLane): void {
    this.#lane = lane;
    this.record?.placed(lane.at);
    if (this.#awaitsParts) this.#tell({ type: 'placed', thread: this.id });
  }

  started(path: StartPath, ms: number, host?: string): void {
    this.#start = { path, ms, ...(this.hostName && { host: this.hostName(host) }) };
    this.onTraced?.started();
    this.record?.started(this.bornAt + ms, path, this.#start.host);
    this.#tell({ type: 'started', thread: this.id, ...this.#start });
  }

  received(data: Uint8Array): void {
    if (data[0] === laneKinds.session) return this.#ownSession(data.subarray(1));
    if (this.record !== undefined) this.#noteSaid(this.record, data);
    if (this.detached && data[0] === laneKinds.part) this.#keepPart(data);
    this.#tell({ type: 'lane', thread: this.id, data });
    this.#flow();
  }

  /** It starts threads itself: with the identity of whoever started it, and they end with it. Refused by no bytes at all. */
  #ownSession(bytes: Uint8Array): void {
    const send = (answer: Uint8Array): void => void this.#lane?.send(laneMessage(laneKinds.session, answer));
    if (this.#open === undefined) return send(new Uint8Array());
    this.#session ??= this.#open({ send, close: () => undefined }, this.#lane?.caller, this.record);
    this.#session.receive(bytes);
  }

  printed(text: string, stderr?: true): void {
    this.#tail = (this.#tail + text).slice(-limits.logTailBytes);
    this.#tell({ type: 'log', thread: this.id, text, ...(stderr && { stderr }) });
  }

  /** `ear` has taken so many bytes. */
  credit(ear: Ear, bytes: number): void {
    ear.credit(bytes);
    this.#flow();
  }

  /** A message for its lane. The sender is given its credit back when the container has room for more. */
  post(ear: Ear, data: Uint8Array): void {
    const lane = this.#lane;
    if (lane === undefined) return;
    if (data[0] === laneKinds.post) this.record?.message('to');
    else if (data[0] === laneKinds.part) this.record?.part('to', data.length - 1);
    const credit = (): void => {
      if (this.end === undefined) ear.tell({ type: 'credit', thread: this.id, bytes: data.length });
    };
    if (lane.send(data)) credit();
    else void lane.drained().then(credit);
  }

  /** Its result, beside its end: what came ahead in parts. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** The last of what it printed, UTF-16 units: as many as a log tail may have bytes. */
  get tail(): string {
    return this.#tail;
  }

  /** It is counted: `listener` is called when it has ended. */
  counted(listener: (end: ThreadEnd) => void): void {
    this.#onCounted = listener;
  }

  /** It is over: says so once. */
  ended(end: ThreadEnd): void {
    this.end = end;
    this.onTraced?.ended(end);
    this.record?.ended(endingOf(end));
    this.#onCounted?.(end);
    this.#session?.closed(true);
    void this.#onEnd?.(end);
    this.onOver?.();
    this.#tell({ type: 'ended', thread: this.id, end });
  }

  /** Ends it at once, whatever it does. */
  kill(reason: Error = new CancelledError('The thread was cancelled.')): void {
    this.cancel.abort(reason);
  }

  state(now: number): ThreadState {
    return { state: this.#state(), name: this.name, ageMs: now - this.bornAt };
  }

  #state(): ThreadState['state'] {
    if (this.end !== undefined) return 'ended';
    if (this.#lane === undefined) return 'queued';
    return this.#lane.paused?.() === true ? 'paused' : 'running';
  }

  #noteSaid(record: ThreadRecord, data: Uint8Array): void {
    if (data[0] === laneKinds.post || data[0] === laneKinds.item) record.message('from');
    else if (data[0] === laneKinds.part) record.part('from', data.length - 1);
  }

  #tell(message: ServiceMessage): void {
    for (const ear of this.#ears) ear.tell(message);
  }

  /** Whoever is slowest is waited for; where there is nobody, it need not wait. */
  #flow(): void {
    if ([...this.#ears].every(({ open }) => open)) this.#lane?.resume();
    else this.#lane?.pause();
  }

  /** Code in it may send what it wants: no more is kept than a result may have. */
  #keepPart(data: Uint8Array): void {
    this.#partsBytes += data.length - 1;
    if (this.#partsBytes <= limits.threadValueBytesMax) this.#parts.push(data);
    else
      this.cancel.abort(new RangeError(`A thread sent more than ${limits.threadValueBytesMax} bytes as its result.`));
  }
}
