import { Readable } from 'node:stream';
import type { GuestFrame, HostFrame, Method } from './relay/frames.ts';
import { unpackThrown } from './relay/thrown.ts';

type Said = GuestFrame & { readonly type: 'answer' | 'part' };

/** Asks a Worker something. */
export type Ask<R> = (method: Method, bytes: Uint8Array) => Promise<R>;

/** What a Worker was asked and has not answered. */
export class Questions {
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #streams = new Map<number, Readable>();
  readonly #send: (frame: HostFrame) => void;
  #seq = 0;
  #ended = false;

  constructor(send: (frame: HostFrame) => void) {
    this.#send = send;
  }

  /** Resolves with the answer. Rejects with what the Worker throws, or when it exits. `bytes`: packed arguments. */
  readonly ask: Ask<unknown> = (method, bytes) => {
    if (this.#ended) return Promise.reject(notRunning());
    const seq = ++this.#seq;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(seq, asked);
    this.#send({ type: 'ask', seq, method, bytes });
    return asked.promise;
  };

  /** As `ask`, where bytes come before the answer. */
  async askStream(method: Method, bytes: Uint8Array): Promise<Readable> {
    const stream = new Readable({ read: () => undefined });
    this.#streams.set(this.#seq + 1, stream);
    await this.ask(method, bytes);
    return stream;
  }

  answered(frame: Said): void {
    if (frame.type === 'part') {
      this.#streams.get(frame.seq)?.push(frame.data);
      if (frame.data === null) this.#streams.delete(frame.seq);
      return;
    }
    const asked = this.#asked.get(frame.seq);
    this.#asked.delete(frame.seq);
    if (frame.thrown === undefined) asked?.resolve(frame.value);
    else asked?.reject(unpackThrown(frame.thrown));
  }

  /** The Worker has exited. */
  end(): void {
    this.#ended = true;
    for (const asked of this.#asked.values()) asked.reject(notRunning());
    for (const stream of this.#streams.values()) stream.destroy(notRunning());
    this.#asked.clear();
    this.#streams.clear();
  }
}

/** The error of Node for what is asked of a Worker that does not run. */
function notRunning(): Error {
  return Object.assign(new Error('Worker instance not running'), { code: 'ERR_WORKER_NOT_RUNNING' });
}
