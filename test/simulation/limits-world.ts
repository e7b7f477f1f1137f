import type { Home, HostId, HostRecord } from '../../src/cluster/contract.ts';
import type { Ask, SharedLimits } from '../../src/cluster/limits/contract.ts';
import { settleLimits } from '../../src/cluster/limits/settle-limits.ts';
import { readClaims, readLooks, readRecall } from '../../src/cluster/limits/wire.ts';
import { LimitHolder } from '../../src/cluster/limits/holder/limit-holder.ts';
import { LimitHome } from '../../src/cluster/limits/home/limit-home.ts';
import { asksMax } from '../../src/worker-manager/concurrency/entrance.ts';
import type { AccountShare, CallsInUse } from '../../src/worker-manager/contract.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One host of a simulated cluster: what it runs is a number. */
export class LimitsHost implements CallsInUse {
  readonly id: HostId;
  readonly holder: LimitHolder;
  readonly home: LimitHome;
  readonly share: AccountShare;
  running = 0;
  /** Of these, the ones of functions that have reserved some, by pool. */
  readonly apart: Map<string, number> = new Map();
  memoryMb = 0;
  waiting = 0;
  refused = 0;
  dead = false;
  /** The newest version of the limits that it knows. */
  seen: number;
  /** Resolves when limits as it knows them hold on all hosts. */
  readonly settle: () => Promise<void>;
  readonly #over = new AbortController();
  readonly #world: LimitsWorld;

  constructor(world: LimitsWorld, index: number, incarnation: string, isNew = false) {
    this.#world = world;
    const { clock } = world;
    this.seen = world.versions.length - 1;
    const limitsOf = (): SharedLimits => this.limits;
    this.id = `h-${String(index).padStart(16, '0')}`;
    const ask: Ask = (to, method, body, signal) => world.ask(this, to, method, body, signal);
    const homes = { homeOf: () => world.homeFor(this.id) };
    const hosts = {
      self: recordOf(this.id),
      alive: () => world.aliveFor(this.id).map(recordOf),
      hasEnded: (id: HostId) => world.ended.has(id),
      all: () => world.hosts.filter(({ id }) => !world.left.has(id)).map(({ id }) => recordOf(id)),
    };
    const reached = async (position = BigInt(world.versions.length - 1)): Promise<void> => {
      while (BigInt(this.seen) < position) await clock.sleep(1);
    };
    const leads = (account: string): void => this.holder.leads(account);
    const speaksFor = (account: string): boolean => this.home.speaksFor(account);
    const lent = (account: string): readonly HostId[] | undefined => this.home.lent(account);
    const about = { clock, homes, self: this.id, ask, limitsOf, reached };
    this.holder = new LimitHolder({ ...about, incarnation, hosts: () => world.hostsSaid, speaksFor, lent, isNew });
    this.home = new LimitHome({ ...about, hosts, leads });
    this.settle = async () =>
      await settleLimits(world.account, BigInt(this.seen), { ...about, signal: this.#over.signal });
    this.share = this.holder.of(world.account, this);
  }

  /** As it knows them: others may have changed them. */
  get limits(): SharedLimits {
    return this.#world.versions[this.seen] ?? this.#world.versions[0];
  }

  useOf(pool: string): number {
    let apart = 0;
    for (const count of this.apart.values()) apart += count;
    return pool === '' ? this.running - apart : (this.apart.get(pool) ?? 0);
  }

  pools(): Iterable<string> {
    return ['', ...this.apart.keys()].filter((pool) => this.useOf(pool) > 0);
  }

  review(): void {}

  /** One call; gives whether it came in. `pool`: of a function that has reserved some. */
  async call(memoryMb = 0, pool = ''): Promise<boolean> {
    for (let asked = 0; !this.share.takes(pool, memoryMb); asked += 1) {
      const more = asked < asksMax ? this.share.more(pool) : undefined;
      if (more !== undefined) await more;
      if (more === undefined || this.dead) {
        this.refused += 1;
        return false;
      }
    }
    this.#count(1, memoryMb, pool);
    this.#world.admitted += 1;
    this.#world.onAdmitted();
    return true;
  }

  end(memoryMb = 0, pool = ''): void {
    this.#count(-1, -memoryMb, pool);
    this.share.ended();
  }

  #count(calls: 1 | -1, memoryMb: number, pool: string): void {
    this.running += calls;
    this.memoryMb += memoryMb;
    if (pool !== '') this.apart.set(pool, (this.apart.get(pool) ?? 0) + calls);
  }

  /** Without a word. */
  die(): void {
    this.dead = true;
    this.running = 0;
    this.memoryMb = 0;
    this.#over.abort();
    this.home[Symbol.dispose]();
    void this.holder[Symbol.asyncDispose]();
  }
}

/** Hosts with one account, and a network that delays, loses and cuts. */
export class LimitsWorld {
  readonly account = '111111111111';
  readonly clock: VirtualClock;
  /** What the account may have, as it was changed, one after the other: what the state's log has. */
  readonly versions: [SharedLimits, ...SharedLimits[]];
  readonly hosts: LimitsHost[] = [];
  readonly left: Set<HostId> = new Set();
  /** Stopped in order, and may come back. */
  readonly ended: Set<HostId> = new Set();
  /** Who is home by the lease, and at which epoch; who does not hear of it (has no NATS). */
  home: { index: number; epoch: bigint; valid: boolean } | undefined = { index: 0, epoch: 1n, valid: true };
  readonly withoutNats: Set<HostId> = new Set();
  #starts = 0;
  readonly #cut = new Set<string>();
  messages = 0;
  /** Calls that came in. */
  admitted = 0;
  /** How many hosts each believes that there are: so many that it keeps nothing for later. */
  hostsSaid: number = Number.POSITIVE_INFINITY;
  /** Called with each call that has come in. */
  onAdmitted: () => void = () => undefined;
  /** Of each message, how long it takes, ms; undefined: it is lost. */
  delay: () => number | undefined = () => 0.5;

  constructor(clock: VirtualClock, count: number, limits: Partial<SharedLimits>) {
    this.clock = clock;
    this.versions = [{ calls: 100, memoryMb: Infinity, reserved: new Map(), rate: undefined, ...limits }];
    for (let index = 0; index < count; index += 1) this.hosts.push(new LimitsHost(this, index, `p-${index}-0`));
  }

  /** Its process ends without a word, and another begins. */
  restart(index: number): void {
    this.hosts[index]?.die();
    this.#starts += 1;
    this.hosts[index] = new LimitsHost(this, index, `p-${index}-${this.#starts}`);
  }

  /** One more, that was never there before. */
  join(): LimitsHost {
    const index = this.hosts.length;
    const host = new LimitsHost(this, index, `p-${index}-0`, true);
    this.hosts.push(host);
    return host;
  }

  /** They are changed at a host; others hear of it after so long, ms, each for itself. Resolves when they hold everywhere. */
  async change(at: number, limits: Partial<SharedLimits>, lagMs: () => number = () => 5): Promise<void> {
    const version = this.versions.push({ ...(this.versions.at(-1) ?? this.versions[0]), ...limits }) - 1;
    for (const host of this.hosts) {
      const hears = (): void => void (host.seen = Math.max(host.seen, version));
      if (host === this.hosts[at]) hears();
      else this.clock.timer(lagMs(), hears);
    }
    await this.hosts[at]?.settle();
  }

  /** No message goes from one to the other, either way, or does again. */
  cut(a: number, b: number, cut = true): void {
    for (const key of [`${a}-${b}`, `${b}-${a}`])
      if (cut) this.#cut.add(key);
      else this.#cut.delete(key);
  }

  homeFor(self: HostId): Home {
    const { home } = this;
    if (home === undefined) return { at: 'nowhere' };
    const host = this.hosts[home.index]?.id ?? '';
    if (this.withoutNats.has(self)) return { at: 'nowhere' };
    if (host !== self) return { at: 'host', host, epoch: home.epoch };
    const { epoch, valid } = home;
    const never = new AbortController().signal;
    const settled = async (): Promise<boolean> => valid;
    const lease = { name: 'shard-0', epoch, valid, over: never, settled, release: async () => undefined };
    // As homes say it of a lease that is suspended.
    return valid ? { at: 'here', lease } : { at: 'nowhere', suspended: lease };
  }

  aliveFor(self: HostId): HostId[] {
    return this.hosts.filter(({ id, dead }) => !dead && (id === self || !this.withoutNats.has(id))).map(({ id }) => id);
  }

  healAll(): void {
    this.#cut.clear();
  }

  /** Calls that run, of all hosts. */
  get running(): number {
    return this.hosts.reduce((sum, { running }) => sum + running, 0);
  }

  /** Tokens for calls that hosts believe in, those of calls that run without any included. */
  get believed(): number {
    return this.hosts.reduce((sum, host) => {
      const held = host.dead ? 0 : (host.holder.shares()[0]?.held().get('') ?? 0);
      return sum + Math.max(held, host.running);
    }, 0);
  }

  /** The way from host to host; MessagePack's part of it is JSON here. */
  async ask(from: LimitsHost, to: HostId, method: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    if (from.dead) return await hanging(signal);
    const index = this.hosts.findIndex(({ id, dead }) => id === to && !dead);
    const way = `${this.hosts.indexOf(from)}-${index}`;
    if (from.id !== to) {
      this.messages += 2;
      await this.#travel(way, signal);
    }
    const host = this.hosts[index];
    if (host === undefined || host.dead) return await hanging(signal);
    const text: unknown = JSON.parse(JSON.stringify(body));
    const answer = await answerOf(host, from.id, method, text);
    if (from.id !== to) await this.#travel(way, signal);
    if (from.dead) return await hanging(signal);
    return JSON.parse(JSON.stringify(answer));
  }

  async #travel(way: string, signal: AbortSignal): Promise<void> {
    const ms = this.delay();
    if (ms === undefined || this.#cut.has(way)) return await hanging(signal);
    await this.clock.sleep(ms);
    if (this.#cut.has(way)) return await hanging(signal);
  }
}

async function answerOf(host: LimitsHost, from: HostId, method: string, body: unknown): Promise<unknown> {
  if (method === 'limits.claim') return await host.home.claim(from, readClaims(body));
  if (method === 'limits.look') return await host.holder.look(readLooks(body), from);
  return await host.home.recall(readRecall(body));
}

/** No answer comes. */
async function hanging(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function recordOf(id: HostId): HostRecord {
  return {
    id,
    name: id,
    peer: { host: '127.0.0.1', port: 1 },
    certificate: '',
    url: '',
    release: '0',
    protocol: { min: 1, max: 1 },
    startedAt: 0,
  };
}
