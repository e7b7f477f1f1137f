import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import type { CodeStore, StoredCode } from '../../store/contract.ts';
import type { KeptCode } from './module-function.ts';

/** Code that no thread was started from for so long is not kept for them any more. */
const keepMs = 3_600_000;

interface Held {
  readonly stored: StoredCode;
  usedAt: number;
}

/** The code that an account's threads are made from, by the names that its clients give it: a digest of its content. */
export class ThreadCode {
  readonly #store: CodeStore;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(store: CodeStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Finds code, and keeps it for longer. */
  find(account: string, code: string): KeptCode | undefined {
    const held = this.#held.get(`${account}/${code}`);
    if (held === undefined) return undefined;
    held.usedAt = this.#clock.now();
    return held.stored;
  }

  /** Checks and keeps a zip. Throws ZipRefusedError. */
  async put(account: string, code: string, zip: Uint8Array): Promise<void> {
    this.#forgetOld();
    if (this.find(account, code) !== undefined) return;
    const stored = await this.#store.hold(zip);
    // Another client may have sent the same in the meantime.
    if (this.find(account, code) !== undefined) return stored[Symbol.dispose]();
    // As long as it is not disposed, the store keeps it.
    this.#held.set(`${account}/${code}`, { stored, usedAt: this.#clock.now() });
  }

  #forgetOld(): void {
    for (const [name, { stored, usedAt }] of this.#held)
      if (this.#clock.now() - usedAt > keepMs) {
        this.#held.delete(name);
        stored[Symbol.dispose]();
      }
  }
}

/** A zip on its way in, in parts. */
export class CodeUpload {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Throws ApiError when it becomes too large. */
  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > limits.codeZipBytesMax)
      throw new ApiError(
        'RequestTooLargeException',
        `A module's code has more than ${limits.codeZipBytesMax} bytes as a zip, which is the most that it may have.`,
      );
    this.#parts.push(part);
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
