import { CancelledError } from '../../model/errors.ts';
import type { ThreadLane, ThreadWatcher } from '../../model/invocation.ts';
import type { StartPath } from '../../model/start-path.ts';
import type { KeptThread } from '../../store/contract.ts';
import { laneKinds, laneMessage, laneWindowBytes } from '../../protocol/lane.ts';
import type { Wire } from '../../protocol/session-link.ts';
import type { SessionConnection } from './session-connection.ts';
import type { ServiceMessage, ThreadEnd, ThreadState } from '../../protocol/session-messages.ts';

/** Who hears what a thread says: a session that is attached to it. */
export type Listener = (message: ServiceMessage) => void;

/** Opens a session for a thread that starts threads itself. */
export type OpenSession = (wire: Wire) => SessionConnection;

/** A thread as the service sees it, from its order to its end. */
export class ServedThread implements ThreadWatcher {
  readonly id: string;
  readonly name: string;
  readonly bornAt: number;
  readonly cancel: AbortController = new AbortController();
  /** Set when it has ended. */
  end: ThreadEnd | undefined;
  /** It outlives its client. */
  detached: boolean;
  /** Parts of its result, while there is nobody to take them, or somebody may come later. */
  readonly #parts: Uint8Array[] = [];
  readonly #open: OpenSession | undefined;
  #session: SessionConnection | undefined;
  #listener: Listener | undefined;
  #onEnd: ((end: ThreadEnd) => Promise<void>) | undefined;
  #lane: ThreadLane | undefined;
  #start: { readonly path: StartPath; readonly ms: number } | undefined;
  /** What may still be sent to the listener before it takes what it has. */
  #window: number = laneWindowBytes;

  constructor(
    id: string,
    name: string,
    bornAt: number,
    detached: boolean,
    listener: Listener | undefined,
    open?: OpenSession,
  ) {
    this.id = id;
    this.name = name;
    this.bornAt = bornAt;
    this.detached = detached;
    this.#listener = listener;
    this.#open = open;
  }

  /** One that has ended, as the store kept it. */
  static ofKept(id: string, { name, end, parts }: KeptThread): ServedThread {
    const thread = new ServedThread(id, name, 0, true, undefined);
    thread.#parts.push(...parts);
    thread.end = end;
    return thread;
  }

  /** `listener` is called when it has ended, at once if it has. */
  onEnd(listener: (end: ThreadEnd) => Promise<void>): void {
    if (this.end === undefined) this.#onEnd = listener;
    else void listener(this.end);
  }

  /** Tells another one from now on; what it needs to know of the past first. */
  listen(listener: Listener | undefined): void {
    this.#listener = listener;
    this.#window = laneWindowBytes;
    // Nobody to take what it says: it need not wait for anybody.
    this.#lane?.resume();
    if (listener === undefined) return;
    const thread = this.id;
    if (this.#lane !== undefined && this.end === undefined) listener({ type: 'placed', thread });
    if (this.#start !== undefined) listener({ type: 'started', thread, ...this.#start });
    for (const data of this.#parts) listener({ type: 'lane', thread, data });
    if (this.end !== undefined) listener({ type: 'ended', thread, end: this.end });
  }

  placed(lane: ThreadLane): void {
    this.#lane = lane;
    this.#listener?.({ type: 'placed', thread: this.id });
  }

  started(path: StartPath, ms: number): void {
    this.#start = { path, ms };
    this.#listener?.({ type: 'started', thread: this.id, path, ms });
  }

  received(data: Uint8Array): void {
    if (data[0] === laneKinds.session) return this.#ownSession(data.subarray(1));
    if (this.detached && data[0] === laneKinds.part) this.#parts.push(data);
    if (this.#listener === undefined) return;
    this.#listener({ type: 'lane', thread: this.id, data });
    this.#window -= data.length;
    if (this.#window <= 0) this.#lane?.pause();
  }

  /** It starts threads itself: with the identity of whoever started it, and they end with it. */
  #ownSession(bytes: Uint8Array): void {
    this.#session ??= this.#open?.({
      send: (answer) => void this.#lane?.send(laneMessage(laneKinds.session, answer)),
      close: () => undefined,
    });
    this.#session?.receive(bytes);
  }

  printed(text: string): void {
    this.#listener?.({ type: 'log', thread: this.id, text });
  }

  /** Its listener has taken so many bytes. */
  credit(bytes: number): void {
    this.#window = Math.min(laneWindowBytes, this.#window + bytes);
    if (this.#window > 0) this.#lane?.resume();
  }

  /** A message for its lane. The sender is given its credit back when the container has room for more. */
  post(data: Uint8Array): void {
    const lane = this.#lane;
    if (lane === undefined) return;
    const credit = (): void => this.#listener?.({ type: 'credit', thread: this.id, bytes: data.length });
    if (lane.send(data)) credit();
    else void lane.drained().then(credit);
  }

  /** Its result, beside its end: what came ahead in parts. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** It is over: says so once. */
  ended(end: ThreadEnd): void {
    this.end = end;
    this.#session?.closed(true);
    void this.#onEnd?.(end);
    this.#listener?.({ type: 'ended', thread: this.id, end });
  }

  /** Ends it at once, whatever it does. */
  kill(): void {
    this.cancel.abort(new CancelledError('The thread was cancelled.'));
  }

  state(now: number): ThreadState {
    const state = this.end !== undefined ? 'ended' : this.#lane === undefined ? 'queued' : 'running';
    return { state, name: this.name, ageMs: now - this.bornAt };
  }
}
