import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import type { Beats } from './beats.ts';
import { beatMs } from './times.ts';

/** This host says that it is there, from `begin` until `end`. */
export class OwnBeats implements Disposable {
  readonly #beats: Beats;
  /** Of its record. */
  readonly #revision: () => number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #said = false;
  #next: Timer | undefined;

  constructor(beats: Beats, revision: () => number, clock: Clock, logger: Logger) {
    this.#beats = beats;
    this.#revision = revision;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Others are told that it is there. */
  get begun(): boolean {
    return this.#said;
  }

  begin(): void {
    this.#said = true;
    this.#beat();
  }

  /** Beside the beats that are due. */
  now(): void {
    if (!this.#said) return;
    try {
      this.#beats.say(false, this.#revision());
    } catch (err) {
      this.#logger.error({ err }, 'This host could not say that it is there.');
    }
  }

  /** Says that it goes, where it had said that it is there. */
  end(): void {
    if (this.#said) this.#beats.say(true, this.#revision());
    this.#said = false;
  }

  [Symbol.dispose](): void {
    this.#next?.[Symbol.dispose]();
  }

  #beat(): void {
    if (!this.#said) return;
    this.now();
    this.#next = this.#clock.timer(beatMs, () => this.#beat());
  }
}
