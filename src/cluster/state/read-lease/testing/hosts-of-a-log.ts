import type { Clock, Timer } from '../../../../model/clock.ts';
import { ClusterUnavailableError, type HostId, type HostRecord, type LogPosition } from '../../../contract.ts';
import { World } from '../../../leases/testing/world.ts';
import { beatMs, lookMs, silenceMs } from '../../../membership/times.ts';
import { ReadLease } from '../read-lease.ts';
import { Readers } from '../readers.ts';

/** The servers, as one place that hosts reach or do not. */
export const servers = 'servers';
const followMs = 50;
const answerMsMax = 2_000;

/** A log, and hosts that follow it, in a world of its own time; what is between any two of them can be cut, in each direction. */
export class HostsOfALog {
  readonly world: World;
  readonly hosts: readonly LogHost[];
  readonly ids: readonly HostId[];
  readonly #cut = new Set<string>();
  /** Where the log ends. */
  end: LogPosition = 0n;
  /** The highest that anybody was told to be made. */
  acknowledged: LogPosition = 0n;
  /** Most of the servers are there: else they only pass on what hosts say. */
  hasMajority = true;

  /** `slow`: part of messages that take up to half a second. */
  constructor(seed: number, count: number, slow = 0) {
    this.world = new World(seed, { lost: 0, slow, slowMsMax: 500, stale: 0 });
    this.ids = Array.from({ length: count }, (_, n) => `h-${n}`);
    this.hosts = this.ids.map((id, n) => new LogHost(this, id, 1 + (n % 2 === 0 ? n : -n) / 200));
    for (const host of this.hosts) host.begin();
  }

  reaches(from: string, to: string): boolean {
    return !this.#cut.has(`${from} ${to}`);
  }

  cut(from: string, to: string): void {
    this.#cut.add(`${from} ${to}`);
  }

  /** Cuts a host off from all, both ways. */
  isolate({ id }: LogHost): void {
    for (const other of [servers, ...this.ids]) {
      this.cut(id, other);
      this.cut(other, id);
    }
  }

  mend(): void {
    this.#cut.clear();
  }

  send(from: string, to: string, arrives: () => void): void {
    const delay = this.reaches(from, to) ? this.world.delay() : undefined;
    if (delay === undefined) return;
    const host = this.hosts.find(({ id }) => id === to);
    this.world.at(delay, () => (host === undefined ? arrives() : host.run(arrives)));
  }

  /** Nobody answers from before what somebody was told to be made. Gives who does. */
  stale(): readonly LogHost[] {
    return this.hosts.filter(({ lease, position, dead }) => !dead && lease.valid && position < this.acknowledged);
  }
}

/** One host: its clock, what it has of the log, whom it hears. */
export class LogHost implements Clock {
  readonly id: HostId;
  readonly lease: ReadLease;
  readonly readers: Readers;
  position: LogPosition = 0n;
  dead = false;
  /** Its servers are not on its machine: cut off from them, it hears nobody, and holds nobody for silent. */
  deafKeeps = true;
  readonly #all: HostsOfALog;
  readonly #rate: number;
  readonly #heard = new Map<HostId, number>();
  #alive: readonly HostId[];
  readonly #listeners = new Set<() => void>();
  #pausedUntil: number | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(all: HostsOfALog, id: HostId, rate: number) {
    this.#all = all;
    this.id = id;
    this.#rate = rate;
    this.#alive = [id];
    const hosts = {
      self: recordOf(id),
      alive: () => this.#alive.map(recordOf),
      all: () => all.ids.map(recordOf),
      hasEnded: () => false,
      onChange: (listener: () => void) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
    };
    this.lease = new ReadLease({
      clock: this,
      hosts,
      prove: () => this.#ask(servers, () => (all.hasMajority ? all.end : undefined)),
      reached: (position) => this.#reached(position),
      positionOf: (host) => this.#ask(host, (other) => other?.askedBy(this.id)),
    });
    this.readers = new Readers({
      clock: this,
      hosts,
      steadySince: () => this.lease.steadySince,
      position: () => this.position,
      reachedBy: async (host, position) => {
        for (;;) if ((await this.#ask(host, (other) => other?.position)) >= position) return;
      },
    });
  }

  begin(): void {
    for (const { id } of this.#all.hosts) if (id !== this.id) this.#heard.set(id, this.now());
    this.#look();
    this.lease.begin();
    this.#every(beatMs, () => {
      for (const other of this.#all.hosts)
        this.#all.send(this.id, servers, () =>
          this.#all.send(servers, other.id, () => other.#heard.set(this.id, other.now())),
        );
    });
    this.#every(lookMs, () => this.#look());
    this.#every(followMs, () => {
      void this.#ask(servers, () => (this.#all.hasMajority ? this.#all.end : undefined)).then(
        (end) => this.#has(end),
        () => undefined,
      );
    });
  }

  /** Changes something, and gives whether who wanted it is told that it is made. */
  async change(): Promise<boolean> {
    const after = this.position;
    const made = (): LogPosition | undefined =>
      this.#all.hasMajority && this.#all.end === after ? (this.#all.end += 1n) : undefined;
    try {
      const position = await this.#ask(servers, made);
      this.#has(position);
      await this.readers.allHave(position);
      if (this.#all.acknowledged < position) this.#all.acknowledged = position;
      return true;
    } catch {
      return false;
    }
  }

  askedBy(id: HostId): LogPosition {
    this.readers.asked(id);
    return this.position;
  }

  pause(ms: number): void {
    this.#pausedUntil = this.#all.world.now + ms;
    this.#all.world.at(ms, () => {
      if (this.#all.world.now < (this.#pausedUntil ?? 0)) return;
      this.#pausedUntil = undefined;
      for (const run of this.#waiting.splice(0)) this.run(run);
    });
  }

  run(what: () => void): void {
    if (this.dead) return;
    if (this.#pausedUntil === undefined) what();
    else this.#waiting.push(what);
  }

  now(): number {
    return this.#all.world.now * this.#rate;
  }

  wall(): number {
    return 0;
  }

  timer(delayMs: number, fire: () => void): Timer {
    let disposed = false;
    this.#all.world.at(delayMs / this.#rate, () => this.run(() => disposed || fire()));
    return { [Symbol.dispose]: () => void (disposed = true) };
  }

  #every(ms: number, act: () => void): void {
    this.timer(ms, () => {
      act();
      this.#every(ms, act);
    });
  }

  #has(position: LogPosition): void {
    if (this.position < position) this.position = position;
  }

  async #reached(position: LogPosition): Promise<void> {
    while (this.position < position) await new Promise<void>((resolve) => this.timer(followMs, resolve));
  }

  #ask(to: string, answer: (host: LogHost | undefined) => LogPosition | undefined): Promise<LogPosition> {
    const { promise, resolve, reject } = Promise.withResolvers<LogPosition>();
    const late = new ClusterUnavailableError('No answer.');
    this.timer(answerMsMax, () => reject(late));
    this.#all.send(this.id, to, () => {
      const answered = answer(this.#all.hosts.find(({ id }) => id === to));
      this.#all.send(to, this.id, () => (answered === undefined ? reject(late) : resolve(answered)));
    });
    return promise;
  }

  #look(): void {
    const isDeaf = this.deafKeeps && !this.#all.reaches(servers, this.id);
    if (isDeaf)
      for (const id of this.#heard.keys())
        this.#heard.set(id, Math.max(this.#heard.get(id) ?? 0, this.now() - silenceMs + 1));
    const alive = [
      this.id,
      ...[...this.#heard].flatMap(([id, at]) => (this.now() - at < silenceMs ? [id] : [])),
    ].toSorted();
    const changed = alive.join() !== this.#alive.join();
    this.#alive = alive;
    if (changed) for (const listener of this.#listeners) listener();
  }
}

function recordOf(id: HostId): HostRecord {
  return {
    id,
    name: id,
    peer: { host: '', port: 0 },
    certificate: '',
    url: '',
    release: '',
    protocol: { min: 1, max: 1 },
    startedAt: 0,
  };
}
