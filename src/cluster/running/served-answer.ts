import type { AnswerSource, AnswerStart, AnswerTaker } from '../../model/invocations/answer-stream.ts';
import type { PeerStream } from '../contract.ts';
import { toWire } from '../peers/link/wire-error.ts';
import { bytesMessage, dataMessage, tags } from './messages.ts';

/** An answer that is passed on to another host part by part: user code goes on when those are taken there who read it. */
export class ServedAnswer implements AnswerTaker {
  readonly #stream: PeerStream;
  #source: AnswerSource | undefined;
  #left = false;
  /** Not taken yet, in order. */
  readonly #parts: Uint8Array[] = [];

  constructor(stream: PeerStream) {
    this.#stream = stream;
  }

  began({ contentType, startPath, instanceId, containerId }: AnswerStart, source: AnswerSource): void {
    this.#source = source;
    this.#stream.send(dataMessage(tags.began, { contentType, startPath, instanceId, containerId }));
    if (this.#left) source.leave();
  }

  part(data: Uint8Array): void {
    this.#parts.push(data);
    this.#stream.send(bytesMessage(tags.part, data));
  }

  paused(error: Error): void {
    this.#stream.send(dataMessage(tags.paused, { ...toWire(error) }));
  }

  /** The other side has taken the oldest. */
  tookPart(): void {
    const part = this.#parts.shift();
    if (part !== undefined) this.#source?.took(part);
  }

  /** Nobody takes the rest. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#source?.leave();
  }
}
