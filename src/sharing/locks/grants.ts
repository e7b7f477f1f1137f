import { SharingError } from '../../model/sharing.ts';
import type { Caller, Home } from '../lifetime/home.ts';
import { Line } from '../waiting/line.ts';
import type { Wait } from '../waiting/wait.ts';

/** Which asks are compatible with those already granted. */
export interface Rule<Ask> {
  readonly fits: (ask: Ask) => boolean;
  readonly take: (ask: Ask) => void;
  readonly giveBack: (ask: Ask) => void;
}

interface Waiting<Ask> {
  readonly ask: Ask;
  readonly wait: Wait<bigint>;
}

/**
 * Who has what, and who waits for it: first come, first served. Nobody overtakes, even where the one in front asks for
 * more than is free and one behind would fit. Every grant has a fencing token, by which it is given back.
 */
export class Grants<Ask> {
  readonly #home: Home;
  readonly #rule: Rule<Ask>;
  readonly #held = new Map<string, Map<bigint, Ask>>();
  readonly #line = new Line<Waiting<Ask>>();
  readonly #onEnd = new Map<bigint, Set<Wait<void>>>();

  constructor(home: Home, rule: Rule<Ask>) {
    this.#home = home;
    this.#rule = rule;
  }

  get empty(): boolean {
    return this.#held.size === 0 && this.#line.size === 0;
  }

  /** Grants at once, or when it is this one's turn. */
  request(caller: Caller, ask: Ask): bigint | Promise<bigint> {
    const token = this.tryRequest(caller, ask);
    if (token !== undefined) return token;
    const wait = caller.wait<bigint>(() => {
      place.leave();
      this.#advance();
    });
    const place = this.#line.join({ ask, wait });
    return wait.promise;
  }

  /** Grants at once, or not at all. */
  tryRequest({ holder }: Caller, ask: Ask): bigint | undefined {
    return this.#line.size === 0 && this.#rule.fits(ask) ? this.#grant(holder, ask) : undefined;
  }

  /** Takes it from everyone who has it and grants it at once, past those who wait. */
  steal({ holder }: Caller, ask: Ask): bigint {
    for (const [from, grants] of [...this.#held]) for (const token of [...grants.keys()]) this.#end(from, token);
    return this.#grant(holder, ask);
  }

  /** Throws SharingError `not-held`. */
  giveBack({ holder }: Caller, token: bigint): void {
    if (!this.#end(holder, token))
      throw new SharingError(
        'not-held',
        `${this.#home.label} is not held with the token ${token} by the one who gives it back: it never was, was given back already, or was lost.`,
      );
    this.#advance();
  }

  /** Waits until the caller no longer holds what came with this token. */
  ended(caller: Caller, token: bigint): void | Promise<void> {
    if (this.#held.get(caller.holder)?.has(token) !== true) return undefined;
    const wait = caller.wait<void>(() => this.#onEnd.get(token)?.delete(wait));
    const waits = this.#onEnd.get(token) ?? new Set();
    this.#onEnd.set(token, waits.add(wait));
    return wait.promise;
  }

  /** Gives back everything that one holder has. */
  release(holder: string): void {
    for (const token of [...(this.#held.get(holder)?.keys() ?? [])]) this.#end(holder, token);
    this.#advance();
  }

  /** Who has what, the earliest of each holder's first. */
  *held(): Iterable<{ readonly holder: string; readonly ask: Ask }> {
    for (const [holder, grants] of this.#held) for (const ask of grants.values()) yield { holder, ask };
  }

  /** Who waits for what, in line. */
  *pending(): Iterable<{ readonly holder: string; readonly ask: Ask }> {
    for (const { ask, wait } of this.#line) yield { holder: wait.holder, ask };
  }

  #advance(): void {
    for (let next = this.#line.first; next !== undefined && this.#rule.fits(next.ask); next = this.#line.first) {
      this.#line.shift();
      next.wait.grant(this.#grant(next.wait.holder, next.ask));
    }
  }

  #grant(holder: string, ask: Ask): bigint {
    const token = this.#home.nextNumber();
    this.#rule.take(ask);
    const grants = this.#held.get(holder);
    if (grants !== undefined) grants.set(token, ask);
    else {
      this.#held.set(holder, new Map([[token, ask]]));
      this.#home.holds(holder);
    }
    return token;
  }

  #end(holder: string, token: bigint): boolean {
    const grants = this.#held.get(holder);
    const ask = grants?.get(token);
    if (grants === undefined || ask === undefined) return false;
    this.#rule.giveBack(ask);
    grants.delete(token);
    if (grants.size === 0) {
      this.#held.delete(holder);
      this.#home.letsGo(holder);
    }
    for (const wait of this.#onEnd.get(token) ?? []) wait.grant();
    this.#onEnd.delete(token);
    return true;
  }
}
