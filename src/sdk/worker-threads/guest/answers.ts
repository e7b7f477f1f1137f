import { postMessageToThread, type MessagePort, type Worker } from 'node:worker_threads';
import type { GuestFrame, HostFrame } from '../relay/frames.ts';
import { packThrown } from '../relay/thrown.ts';
import { unpack, type PortNames } from '../relay/values.ts';

type Question = HostFrame & { readonly type: 'ask' };

/** Answers what one Worker is asked. */
export class Answers {
  readonly #worker: Worker;
  readonly #names: PortNames;
  readonly #send: (frame: GuestFrame) => void;
  /** Profiles that were begun, by the questions that asked for them. */
  readonly #profiles = new Map<number, object>();

  constructor(worker: Worker, names: PortNames, send: (frame: GuestFrame) => void) {
    this.#worker = worker;
    this.#names = names;
    this.#send = send;
  }

  async answer(question: Question): Promise<void> {
    const { seq } = question;
    try {
      const value = await this.#answerOf(question);
      this.#send({ type: 'answer', seq, value });
    } catch (error) {
      this.#send({ type: 'answer', seq, value: undefined, thrown: packThrown(error) });
    }
  }

  async #answerOf({ seq, method, bytes }: Question): Promise<unknown> {
    const { value, ports } = unpack(bytes, this.#names);
    const args: readonly unknown[] = Array.isArray(value) ? value : [];
    switch (method) {
      case 'getHeapSnapshot':
        return this.#stream(seq, await call(this.#worker, method, args));
      case 'startCpuProfile':
      case 'startHeapProfile':
        this.#profiles.set(seq, await call(this.#worker, method, args));
        return seq;
      case 'stop-profile':
        return this.#stopProfile(Number(args[0]));
      case 'thread-message':
        return this.#post(args[0], ports, args[1]);
      default:
        return call(this.#worker, method, args);
    }
  }

  /** The bytes, and null at their end, go before the answer. */
  async #stream(seq: number, parts: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const data of parts) this.#send({ type: 'part', seq, data });
    this.#send({ type: 'part', seq, data: null });
  }

  async #stopProfile(seq: number): Promise<Uint8Array> {
    const text: unknown = await call(this.#profiles.get(seq) ?? {}, 'stop', []);
    this.#profiles.delete(seq);
    return Buffer.from(String(text));
  }

  async #post(value: unknown, ports: MessagePort[], timeoutMs: unknown): Promise<void> {
    const rest = typeof timeoutMs === 'number' ? [timeoutMs] : [];
    await postMessageToThread(this.#worker.threadId, value, ports, ...rest);
  }
}

/** Newer methods are missing in the types. */
function call(target: object, name: string, args: readonly unknown[]): Promise<never> {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') throw new TypeError(`A Worker of Node ${process.version} has no ${name}.`);
  return Reflect.apply(method, target, args);
}
