import type { HostView } from './view/host-view.ts';
import { scoreOf, type HostOrder } from './view/rendezvous.ts';

/** One call, and what is here for it. */
export interface Call {
  readonly code: number;
  readonly owner: number;
  readonly kind: string;
  readonly memoryMb: number;
  /** What part of a processor it stands for, 0 to 1. */
  readonly weight: number;
  /** It is a thread: where its starter is, processors are to be used first; and several of them may be one call. */
  readonly thread: boolean;
  /** Idle containers here; whether there is a blank one, or one of the warming pool. */
  readonly idleHere: number;
  readonly blankHere: boolean;
  /** All of its function run on one host, as only so many may at once: the first in the order of this number. */
  readonly together?: number;
  /** Hosts that have refused it. */
  readonly refusedBy?: ReadonlySet<HostView>;
}

/** What is known of all hosts, on `now`. */
export interface Hosts {
  readonly self: HostView;
  readonly hosts: { readonly length: number };
  readonly mean: number;
  holders(code: number): readonly HostView[];
  order(code: number): Pick<HostOrder<HostView>, 'at' | 'length'>;
}

/** Why a call runs where it does, in a word. */
export const placements = [
  'reuse-here',
  'reuse-there',
  'new-here',
  'new-there',
  'cold-here',
  'cold-there',
  'wait-here',
  'wait-there',
] as const;
export type PlacementWord = (typeof placements)[number];

export interface Decision {
  readonly host: HostView;
  readonly why: PlacementWord;
}

/** Below this mean load, in processors wanted for each, there are enough for all: functions keep together as long as they find a processor … */
const looseLoad = 0.7;
const looseBelow = 0.4;
/** … from here on no host may have more than so many times the mean. */
const tightFrom = 0.6;
const spreadMax = 1.14;
/** What others sent at the same time may make it so much more. */
const refusedAbove = 1.02;
/** So near below what a host may have, the fewer of the calls go there the nearer it is: others do not know of each other what they send. */
const softShare = 0.08;
/** Hosts that are looked at for a blank container, in the order of the code; and holders of a code for an idle one. */
const blanksLookedAt = 48;
const holdersLookedAt = 256;
/** To start a container is work, too: what it counts for on a busy host, of each processor. */
const startBurden = 0.1;
/** Of those that have too much to do, the one with least is found among so many. */
const busyLookedAt = 24;

/** What a host may have to do for each of its processors, where all have `mean`, that more is sent there: bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2016). */
export function allowedLoad(mean: number): number {
  const bound = spreadMax * mean;
  if (mean >= tightFrom) return bound;
  if (mean <= looseBelow) return looseLoad;
  const tight = (mean - looseBelow) / (tightFrom - looseBelow);
  return (1 - tight) * looseLoad + tight * bound;
}

/** From this load on a host refuses what others send: who sent it did not know yet what others had sent, and finds a better place. */
export function refusedFrom(mean: number): number {
  return allowedLoad(mean) * refusedAbove;
}

/**
 * Where a call runs: an idle container here, or there; a new one where the function's order of hosts has a blank one first; one that has to be
 * made or booted in that order; never where there is more to do than others have, as long as others have less. A hop costs a fifth of a
 * millisecond, a blank container some ten, one that is made sixty, a boot hundreds. `random`: from [0, 1); `fresh`: whether what a host has told is
 * of now. Pure: all it does is ask.
 */
export function decide(call: Call, hosts: Hosts, fresh: (host: HostView) => boolean, random: () => number): Decision {
  return new Deciding(call, hosts, fresh, random).decide();
}

class Deciding {
  readonly #call: Call;
  readonly #hosts: Hosts;
  readonly #fresh: (host: HostView) => boolean;
  readonly #random: () => number;
  readonly #allowed: number;
  readonly #here: HostView;

  constructor(call: Call, hosts: Hosts, fresh: (host: HostView) => boolean, random: () => number) {
    this.#call = call;
    this.#hosts = hosts;
    this.#fresh = fresh;
    this.#random = random;
    this.#allowed = allowedLoad(hosts.mean);
    this.#here = hosts.self;
  }

  decide(): Decision {
    const { idleHere, together } = this.#call;
    const here = this.#here;
    if (together !== undefined) return this.#first(together);
    const hereTakes = this.#takes(here);
    if (idleHere > 0 && hereTakes && this.#fits(here)) return { host: here, why: 'reuse-here' };
    const holder = this.#holder();
    if (holder !== undefined) return { host: holder, why: 'reuse-there' };
    return this.#anew() ?? this.#busy(hereTakes);
  }

  /** Whatever it has to do: what may not run yet waits there. */
  #first(number: number): Decision {
    const order = this.#hosts.order(number);
    for (let place = 0; place < order.length; place += 1) {
      const host = order.at(place);
      if (host === undefined || host === this.#here) break;
      if (this.#takes(host)) return { host, why: 'wait-there' };
    }
    return { host: this.#here, why: 'wait-here' };
  }

  /**
   * A host that has idle containers, and not too much to do. The first in the code's order, where few have some; where many have, one of
   * all of them, by how many are idle and how far in front it stands: what others send there at the same time is not known yet.
   */
  #holder(): HostView | undefined {
    const { code } = this.#call;
    const holders = this.#hosts.holders(code);
    const { length } = this.#hosts.hosts;
    const reach = holders.length / 3;
    let best: HostView | undefined;
    let bestKey = Number.POSITIVE_INFINITY;
    for (let nth = 0; nth < Math.min(holders.length, holdersLookedAt); nth += 1) {
      const host = holders[nth];
      if (host === undefined || host === this.#here) continue;
      const idle = host.idleOf(code);
      if (idle === 0 || !this.#takes(host) || !this.#fits(host)) continue;
      const place = (1 - scoreOf(code, host.hash) / 2 ** 32) * length;
      // Weighted sampling: the least of exponential variates (Efraimidis and Spirakis, 2006).
      const key = (-Math.log(1 - this.#random()) / idle) * Math.exp(place / reach);
      if (key >= bestKey) continue;
      best = host;
      bestKey = key;
    }
    return best;
  }

  /** A blank container on the first host in the order that has one; else the first that can make one; undefined where all have too much to do. */
  #anew(): Decision | undefined {
    const { kind, memoryMb, owner } = this.#call;
    const order = this.#hosts.order(this.#call.code);
    // What many hosts have already is begun on any of the first of them, so that not all who have such a call send it to the same one.
    const from = Math.floor((this.#random() * this.#hosts.holders(this.#call.code).length) / 2);
    let makes: HostView | undefined;
    for (let nth = 0; nth < order.length; nth += 1) {
      const place = from + nth;
      const host = order.at(place < order.length ? place : place - order.length);
      if (host === undefined || (makes !== undefined && nth >= blanksLookedAt)) break;
      if (!this.#takes(host) || !this.#fits(host)) continue;
      const here = host === this.#here;
      if (here ? this.#call.blankHere : host.blankFor(owner, kind, memoryMb))
        return { host, why: here ? 'new-here' : 'new-there' };
      if (makes === undefined && host.roomFor(memoryMb)) makes = host;
    }
    if (this.#call.blankHere && this.#takes(this.#here) && this.#fits(this.#here))
      return { host: this.#here, why: 'new-here' };
    return makes && { host: makes, why: makes === this.#here ? 'cold-here' : 'cold-there' };
  }

  /** All have too much to do, or none can: the one with least, this one first. */
  #busy(hereTakes: boolean): Decision {
    const { code } = this.#call;
    const order = this.#hosts.order(code);
    let best: HostView | undefined = hereTakes ? this.#here : undefined;
    const look = (host: HostView | undefined): void => {
      if (host === undefined || host === this.#here || !this.#takes(host)) return;
      if (best === undefined || this.#burdenOf(host) < this.#burdenOf(best)) best = host;
    };
    for (let place = 0; place < Math.min(order.length, busyLookedAt); place += 1) look(order.at(place));
    for (const host of this.#hosts.holders(code).slice(0, busyLookedAt)) look(host);
    if (best === undefined || best === this.#here) return { host: this.#here, why: 'wait-here' };
    return { host: best, why: 'wait-there' };
  }

  /** Whether a host may have it at all. */
  #takes(host: HostView): boolean {
    const { kind, memoryMb, refusedBy, thread } = this.#call;
    if (!host.usable || !host.canRun(kind, memoryMb) || refusedBy?.has(host) === true) return false;
    if (host === this.#here) return true;
    const here = this.#here.facts;
    // What came in here is never less apart from the machine there; what shares a container in flights needs a channel as there is here.
    if (here !== undefined && host.facts !== undefined) {
      if (host.facts.isolation < here.isolation) return false;
      if (thread && here.directChannels && !host.facts.directChannels) return false;
    }
    return this.#fresh(host);
  }

  /** What it has to do for each processor; one that has a container for it counts as having a little less. */
  #burdenOf(host: HostView): number {
    const { code, idleHere } = this.#call;
    const idle = host === this.#here ? idleHere : host.idleOf(code);
    return host.load / host.processors + (idle > 0 ? 0 : startBurden);
  }

  /** Whether it has not too much to do: with one more it may have more than it should, but by that one only. */
  #fits(host: HostView): boolean {
    const load = host.load / host.processors;
    const here = host === this.#here;
    const allowed = here && this.#call.thread ? Math.max(1, this.#allowed) : this.#allowed;
    if (load >= allowed) return false;
    if (here || load <= allowed * (1 - softShare)) return true;
    return this.#random() * softShare * allowed < allowed - load;
  }
}
