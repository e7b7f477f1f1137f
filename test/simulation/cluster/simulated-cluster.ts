import { decide, refusedFrom, type Decision } from '../../../src/cluster/placement/decide.ts';
import { urgentMsMin } from '../../../src/cluster/placement/summary/pace.ts';
import { SummaryReceiver } from '../../../src/cluster/placement/summary/receiver.ts';
import { PlacementView, freshMs } from '../../../src/cluster/placement/view/placement-view.ts';
import type { HostView } from '../../../src/cluster/placement/view/host-view.ts';
import { EventQueue } from './event-queue.ts';
import { SimulatedHost } from './simulated-host.ts';
import { callOf, type SimulatedFunction, type Workload } from './workload.ts';

const beatMs = 500;
/** Silence after which a host is gone for the others. */
const aliveMs = 3_000;
const triesMax = 2;
/** Calls that a host begins in the beginning before it tells of them. */
const toldEvery = 10;
/** Containers that are idle for each that runs. */
const sparesEach = 5;

type Happening =
  | { readonly what: 'call' }
  | { readonly what: 'end'; readonly host: SimulatedHost; readonly fn: SimulatedFunction }
  | { readonly what: 'beat'; readonly host: SimulatedHost };

/** What came of all calls. */
export interface SimulationCounts {
  calls: number;
  reused: number;
  /** Sent to a host that had no room, was dead, or had nothing idle where that was expected. */
  refused: number;
  dead: number;
  wrong: number;
  /** Had no place anywhere that was tried. */
  failed: number;
}

/**
 * Many hosts that decide by real summaries, which are as old as the last beat of each. Every request comes to another host, and no host knows
 * what others have sent since; so all of them have one view of the others here, and each its own of itself. That is what a thousand hosts see.
 */
export class SimulatedCluster {
  readonly hosts: readonly SimulatedHost[];
  readonly view: PlacementView = new PlacementView('h-nobody');
  readonly counts: SimulationCounts = { calls: 0, reused: 0, refused: 0, dead: 0, wrong: 0, failed: 0 };
  readonly workload: Workload;
  /** Hosts on which each function has run since `forget`. */
  readonly ranOn: Map<SimulatedFunction, Set<SimulatedHost>> = new Map();
  readonly #random: () => number;
  readonly #receivers: Map<SimulatedHost, SummaryReceiver> = new Map();
  readonly #queue = new EventQueue<Happening>();
  readonly #byId: Map<string, SimulatedHost>;
  now = 0;

  constructor(count: number, workload: Workload, random: () => number) {
    this.#random = random;
    this.workload = workload;
    this.hosts = Array.from({ length: count }, (_, nth) => new SimulatedHost(nth));
    this.#byId = new Map(this.hosts.map((host) => [host.id, host]));
    for (const host of this.hosts) {
      const view = this.view.host(host.id);
      view.present = true;
      this.#receivers.set(host, new SummaryReceiver(view));
    }
    this.view.remove('h-nobody');
    this.tellAll();
  }

  /** Begins as if it had run for long: as many calls run as do on average, and hosts have told of nearly all of them. */
  fill(): void {
    const calls: SimulatedFunction[] = [];
    for (const fn of this.workload.functions) {
      const count = Math.floor(fn.running) + (this.#random() < fn.running % 1 ? 1 : 0);
      for (let nth = 0; nth < count; nth += 1) calls.push(fn);
    }
    shuffle(calls, this.#random);
    const untold = new Map<SimulatedHost, number>();
    for (const fn of calls) {
      const host = this.#begin(fn);
      if (host === undefined) continue;
      // Others of it have ended before.
      for (let nth = 0; nth < sparesEach; nth += 1) host.spare(fn);
      const before = untold.get(host) ?? 0;
      if (before >= toldEvery) this.#tell(host);
      untold.set(host, before >= toldEvery ? 0 : before + 1);
    }
    this.tellAll();
    for (const host of this.hosts) this.#queue.add(this.now + this.#random() * beatMs, { what: 'beat', host });
    this.#queue.add(this.now, { what: 'call' });
  }

  /** Lets so much time pass. */
  run(ms: number): void {
    const until = this.now + ms;
    for (let next = this.#queue.takeUntil(until); next !== undefined; next = this.#queue.takeUntil(until)) {
      this.now = next.at;
      this.#happens(next.event);
    }
    this.now = until;
  }

  /** One more call of a function, now. */
  call(fn: SimulatedFunction): void {
    this.#begin(fn);
  }

  kill(host: SimulatedHost): void {
    host.alive = false;
  }

  /** It is there again, with nothing in it. */
  revive(host: SimulatedHost): void {
    host.alive = true;
    this.#queue.add(this.now, { what: 'beat', host });
  }

  /** What is wanted of each host that lives, most against the mean. */
  imbalance(): number {
    const alive = this.hosts.filter((host) => host.alive);
    const mean = alive.reduce((sum, { wanted }) => sum + wanted, 0) / alive.length;
    return Math.max(...alive.map(({ wanted }) => wanted)) / mean;
  }

  tellAll(): void {
    for (const host of this.hosts) this.#tell(host);
  }

  /** Decides about a call of this function that comes to some host. */
  decide(fn: SimulatedFunction, at: SimulatedHost, refusedBy?: ReadonlySet<HostView>): Decision {
    const self = this.view.find(at.id);
    if (self === undefined) throw new Error(`There is no view of ${at.id}.`);
    const told = self.told;
    self.live(at.state());
    const { view } = this;
    const hosts = {
      self,
      hosts: view.hosts,
      mean: view.mean,
      holders: (code: number) => view.holders(code),
      order: (code: number) => view.order(code),
    };
    const call = { ...callOf(fn, at.idleOf(fn.code), at.hasBlank), ...(refusedBy === undefined ? {} : { refusedBy }) };
    const fresh = (host: HostView): boolean => this.now - host.heardAt <= freshMs;
    const decision = decide(call, hosts, fresh, this.#random);
    // What one host knows of itself, the others do not.
    if (told !== undefined) self.live(told);
    return decision;
  }

  someHost(): SimulatedHost {
    for (;;) {
      const host = this.hosts[Math.floor(this.#random() * this.hosts.length)];
      if (host?.alive === true) return host;
    }
  }

  #happens(event: Happening): void {
    if (event.what === 'call') {
      const { afterMs, fn } = this.workload.next();
      this.#begin(fn);
      this.#queue.add(this.now + afterMs, { what: 'call' });
    } else if (event.what === 'end') {
      if (event.host.codes.has(event.fn.code)) event.host.end(event.fn);
    } else if (event.host.alive) {
      this.#tell(event.host);
      this.#queue.add(this.now + beatMs, event);
    }
  }

  #tell(host: SimulatedHost): void {
    const view = this.view.find(host.id);
    if (view === undefined) return;
    this.#receivers.get(host)?.take(host.summary(this.now));
    view.heardAt = this.now;
    view.present = true;
  }

  #begin(fn: SimulatedFunction): SimulatedHost | undefined {
    this.counts.calls += 1;
    const at = this.someHost();
    const refusedBy = new Set<HostView>();
    for (let tries = 0; tries <= triesMax; tries += 1) {
      const { host: view, why } =
        tries < triesMax ? this.decide(fn, at, refusedBy) : { host: undefined, why: 'wait-here' };
      const host = view === undefined ? at : this.#byId.get(view.id);
      if (view !== undefined && this.now - view.heardAt > aliveMs) view.present = false;
      if (host === undefined) throw new Error('A host was chosen that there is not.');
      const idle = host.idleOf(fn.code) > 0;
      // It knows better than who sent it.
      const busy = host !== at && host.wanted / host.processors >= refusedFrom(this.view.mean);
      if (host.alive && !busy && host.begin(fn)) {
        this.#began(fn, host, idle, why);
        return host;
      }
      this.counts[host.alive ? 'refused' : 'dead'] += 1;
      if (view !== undefined) refusedBy.add(view);
    }
    this.counts.failed += 1;
    return undefined;
  }

  #began(fn: SimulatedFunction, host: SimulatedHost, idle: boolean, why: string): void {
    if (idle) this.counts.reused += 1;
    else if (why.startsWith('reuse')) this.counts.wrong += 1;
    let ran = this.ranOn.get(fn);
    if (ran === undefined) this.ranOn.set(fn, (ran = new Set()));
    ran.add(host);
    this.#queue.add(this.now + this.workload.takes(fn), { what: 'end', host, fn });
    const view = this.view.find(host.id);
    if (view === undefined || this.now - view.heardAt < urgentMsMin) return;
    // What makes a difference is told before the next beat.
    if (Math.abs(host.wanted - (view.told?.wanted ?? 0)) >= host.processors / 4) this.#tell(host);
  }
}

function shuffle(items: unknown[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [one, two] = [items[last], items[other]];
    items[last] = two;
    items[other] = one;
  }
}
