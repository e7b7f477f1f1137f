import type { Clock } from '../../model/clock.ts';
import type { Called, Caller, CallKind } from '../../model/invocations/caller.ts';
import { predictionLimits as limits } from '../limits.ts';
import type { Edge } from './edge.ts';
import type { FunctionProfile } from './function-profile.ts';

/** What one run has done along one edge. Used again by the next. */
interface Made {
  edge: Edge;
  calls: number;
  now: number;
  together: number;
  firstMs: number;
}

/** What a caller tells, and whom. */
export interface CallerParts {
  readonly clock: Clock;
  /** The profile of its function; asked again when that was dropped. */
  readonly profileOf: () => FunctionProfile;
  /** A run was handed to a container. */
  readonly begun: (profile: FunctionProfile) => void;
  /** It makes a call. */
  readonly called: (called: Called) => void;
}

/** What the code of one container calls, counted for its function's profile when each run is over. */
export class ContainerCaller implements Caller {
  place?: object;
  readonly #parts: CallerParts;
  readonly #made: Made[] = [];
  #count = 0;
  #run = 0;
  #running = false;
  /** Undefined before its first line runs: what it calls then, such as what a wrapper does, comes at once. */
  #startedAt: number | undefined;

  #profile: FunctionProfile;

  constructor(parts: CallerParts) {
    this.#parts = parts;
    this.#profile = parts.profileOf();
  }

  get account(): string {
    return this.#profile.account;
  }

  get functionName(): string {
    return this.#profile.name;
  }

  begin(): void {
    if (this.#running) this.ended();
    if (this.#profile.gone) this.#profile = this.#parts.profileOf();
    const profile = this.#profile;
    if (profile.off) return;
    this.#running = true;
    this.#run += 1;
    this.#startedAt = undefined;
    profile.running += 1;
    if (profile.edges.length > 0) this.#parts.begun(profile);
  }

  started(): void {
    this.#startedAt = this.#parts.clock.now();
  }

  ended(): void {
    if (!this.#running) return;
    this.#running = false;
    const { clock } = this.#parts;
    const profile = this.#profile;
    profile.running -= 1;
    for (let at = 0; at < this.#count; at += 1) {
      const made = this.#made[at];
      if (made === undefined) break;
      made.edge.made -= 1;
      made.edge.add(made.calls, made.together, made.firstMs);
    }
    this.#count = 0;
    profile.ran(clock.wall());
  }

  calls(called: Called, kind: CallKind): (() => void) | undefined {
    const profile = this.#profile;
    // What belongs to another account is none of this one's knowledge.
    if (!this.#running || called.account !== profile.account) return undefined;
    const edge = profile.edgeFor(called, kind);
    if (edge === undefined) return undefined;
    this.#parts.called(called);
    const made = this.#madeOf(edge);
    made.calls += 1;
    made.now += 1;
    if (made.now > made.together) made.together = made.now;
    const run = this.#run;
    return () => {
      if (this.#running && this.#run === run) made.now -= 1;
    };
  }

  connects(host: string): void {
    if (this.#running) this.#profile.connected(host.slice(0, limits.hostCharactersMax));
  }

  #madeOf(edge: Edge): Made {
    for (let at = 0; at < this.#count; at += 1) {
      const made = this.#made[at];
      if (made?.edge === edge) return made;
    }
    edge.made += 1;
    const firstMs = this.#startedAt === undefined ? 0 : this.#parts.clock.now() - this.#startedAt;
    const fresh = { edge, calls: 0, now: 0, together: 0, firstMs };
    const reused = this.#made[this.#count];
    const made = reused === undefined ? fresh : Object.assign(reused, fresh);
    this.#made[this.#count] = made;
    this.#count += 1;
    return made;
  }
}
