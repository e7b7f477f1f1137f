import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../model/clock.ts';
import { codeFileName } from '../../../model/functions/code.ts';

/** How long a link holds; AWS's hold as long. */
const linkMs = 600_000;

/** Where links lead. */
export const codeLinkPath = '/heddle/v1/code/:name';

/**
 * Links that download a function's zip without a signature, for `Code.Location` of GetFunction. Whoever has the link has
 * the code, so links name the content and hold for ten minutes. Hosts that answer for each other seal them with the same key; that of one alone dies with its process.
 */
export class CodeLinks {
  readonly #clock: Clock;
  readonly #key: Uint8Array;

  constructor(clock: Clock, key: Uint8Array = randomBytes(32)) {
    this.#clock = clock;
    this.#key = key;
  }

  link(origin: string, sha256: string): string {
    const name = codeFileName(sha256);
    const expires = String(Math.ceil((this.#clock.wall() + linkMs) / 1_000));
    return `${origin}${codeLinkPath.replace(':name', name)}?expires=${expires}&token=${this.#seal(name, expires).toString('base64url')}`;
  }

  /** The code that a link names, where it is one of ours and still holds. */
  opened(name: string, expires: string, token: string): string | undefined {
    const seal = this.#seal(name, expires);
    const given = Buffer.from(token, 'base64url');
    if (given.length !== seal.length || !timingSafeEqual(given, seal)) return undefined;
    if (Number(expires) * 1_000 < this.#clock.wall()) return undefined;
    return Buffer.from(name, 'base64url').toString('base64');
  }

  #seal(name: string, expires: string): Buffer {
    return createHmac('sha256', this.#key).update(`${name}\n${expires}`).digest();
  }
}
