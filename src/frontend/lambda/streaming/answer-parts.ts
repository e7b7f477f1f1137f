import type { AnswerSource, AnswerStart, AnswerTaker } from '../../../model/invocations/answer-stream.ts';

/** The parts of an answer, from who makes it to who reads it: those that came and were not read wait here, as many as its source may send. */
export class AnswerParts implements AnswerTaker, AsyncIterable<Uint8Array> {
  /** Resolves when the first part is about to come; never, where none does. */
  readonly begun: Promise<AnswerStart>;
  start: AnswerStart | undefined;
  /** Rejects when the container stands still in the middle of it. */
  readonly broken: Promise<never>;
  readonly #break: (error: Error) => void;
  readonly #begin: (start: AnswerStart) => void;
  #source: AnswerSource | undefined;
  readonly #waiting: Uint8Array[] = [];
  /** Given to the reader, who has not come back yet. */
  #lent: Uint8Array | undefined;
  #ended = false;
  #left = false;
  #wake: (() => void) | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<AnswerStart>();
    this.begun = promise;
    this.#begin = resolve;
    const breaking = Promise.withResolvers<never>();
    breaking.promise.catch(() => undefined); // for who waits for it
    this.broken = breaking.promise;
    this.#break = breaking.reject;
  }

  began(start: AnswerStart, source: AnswerSource): void {
    this.start = start;
    this.#source = source;
    this.#begin(start);
    if (this.#left) source.leave();
  }

  part(data: Uint8Array): void {
    if (this.#left || data.length === 0) return;
    this.#waiting.push(data);
    this.#wake?.();
  }

  /** An answer that was not streamed. */
  whole(payload: Uint8Array): void {
    this.part(payload);
  }

  /** No more parts will come. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** See `AnswerTaker`. What came until now is still read. */
  paused(error: Error): void {
    if (this.#left || this.#ended) return;
    this.#break(error);
    this.#source?.leave();
    this.end();
  }

  /** Nobody reads what is left. */
  leave(): void {
    if (this.#left || this.#ended) return;
    this.#left = true;
    this.#waiting.length = 0;
    this.#source?.leave();
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        this.#took();
        while (this.#waiting.length === 0 && !this.#ended && !this.#left)
          await new Promise<void>((resolve) => (this.#wake = resolve));
        const value = this.#waiting.shift();
        if (value === undefined) return { done: true, value: undefined };
        this.#lent = value;
        return { done: false, value };
      },
      return: async () => {
        this.leave();
        return { done: true, value: undefined };
      },
    };
  }

  #took(): void {
    const part = this.#lent;
    this.#lent = undefined;
    if (part !== undefined && !this.#ended) this.#source?.took(part);
  }
}
