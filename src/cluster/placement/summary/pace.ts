/** The promise: bytes of summaries in a second for each hundred functions of a host. */
export const bytesPerSecondPerHundred = 1_024;
/** What was not said may be said later, up to so many seconds' worth. */
const savedSecondsMax = 2;
/** One that says something important comes after so long at the earliest, ms … */
export const urgentMsMin = 100;
/** … and any comes after so long at the latest. */
export const silenceMsMax = 1_000;
/** Beats come a little early at times, ms. */
const slackMs = 50;

/** When a host may say how it is: never more bytes in a second than promised, but something every second. */
export class Pace {
  #saved = 0;
  #at: number | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** Whether one that takes about so many bytes may be sent now; `rows`: functions that it tells of. */
  may(bytes: number, rows: number, now: number): boolean {
    this.#save(rows, now);
    return this.#saved >= bytes || now - this.#saidAt >= silenceMsMax - slackMs;
  }

  /** Whether one that cannot wait for the next beat may come so soon after the last. */
  mayBeUrgent(now: number): boolean {
    return now - this.#saidAt >= urgentMsMin;
  }

  /** One was sent. */
  said(bytes: number, now: number): void {
    this.#saved -= bytes;
    this.#saidAt = now;
  }

  #save(rows: number, now: number): void {
    const rate = bytesPerSecondPerHundred * Math.max(1, rows / 100);
    const seconds = this.#at === undefined ? 0 : Math.max(0, now - this.#at) / 1_000;
    this.#at = now;
    this.#saved = Math.min(rate * savedSecondsMax, this.#saved + rate * seconds);
  }
}
