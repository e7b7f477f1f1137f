/**
 * How high a host stands for a code: every host computes the same, whatever else there is, so that the order of those that are left is the same
 * when one goes (rendezvous hashing: Thaler and Ravishankar, 1998). 32 bits, mixed as in MurmurHash3's last step.
 */
export function scoreOf(code: number, host: number): number {
  // Names have 48 bits: the upper ones are folded in.
  let mixed = (code >>> 0) ^ Math.imul(Math.floor(code / 2 ** 32) | 1, 0x9e3779b1) ^ host;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32 bits of a host's id, well mixed (FNV-1a and the last step of MurmurHash3). */
export function hostHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** So many are found at first: most calls look at no more. */
const firstMany = 16;

/** Hosts by their score for one code, the highest first; sorted only as far as somebody has looked. */
export class HostOrder<Host extends { readonly hash: number }> {
  readonly #code: number;
  readonly #hosts: readonly Host[];
  #sorted: Host[];

  constructor(code: number, hosts: readonly Host[]) {
    this.#code = code;
    this.#hosts = hosts;
    this.#sorted = this.#first();
  }

  get length(): number {
    return this.#hosts.length;
  }

  at(place: number): Host | undefined {
    if (place >= this.#sorted.length && this.#sorted.length < this.#hosts.length) this.#sorted = this.#all();
    return this.#sorted[place];
  }

  #first(): Host[] {
    const best: { readonly host: Host; readonly score: number }[] = [];
    for (const host of this.#hosts) {
      const score = scoreOf(this.#code, host.hash);
      if (best.length === firstMany && score <= (best.at(-1)?.score ?? 0)) continue;
      let at = best.length;
      while (at > 0 && (best[at - 1]?.score ?? 0) < score) at -= 1;
      best.splice(at, 0, { host, score });
      if (best.length > firstMany) best.pop();
    }
    return best.map(({ host }) => host);
  }

  #all(): Host[] {
    const scored = this.#hosts.map((host) => ({ host, score: scoreOf(this.#code, host.hash) }));
    return scored.sort((one, other) => other.score - one.score).map(({ host }) => host);
  }
}
