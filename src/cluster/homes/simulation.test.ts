import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { HostId, HostRecord, Lease, Membership } from '../contract.ts';
import { ClusterLeases } from '../leases/cluster-leases.ts';
import { Machine, World } from '../leases/testing/world.ts';
import { ClusterHomes } from './homes.ts';
import { ranked } from './ranking.ts';
import type { HomeRoom } from './room.ts';
import { shardCount } from './shards.ts';

const logger = pino({ level: 'silent' });
const ids = ['h-1', 'h-2', 'h-3'];
const shards = Array.from({ length: shardCount }, (_, shard) => shard);
const calm = { lost: 0.02, slow: 0.02, slowMsMax: 6_000, stale: 0.1 };
/** Each is about 0.1 s of a processor; with `HEDDLE_TEST_SLOW=1` as many as find what a few do not. */
const seeds = process.env['HEDDLE_TEST_SLOW'] === '1' ? 60 : 6;
/** Until others have heard that a host is gone. */
const silenceMs = 3_000;
/** After the last trouble: a lease that was suspended may be over 45 s later, and what is used moves after 30 s, one shard at a time. */
const healedMs = 120_000;

/** Who is heard: what changes is told to all. */
class Heard {
  readonly hosts = new Set<HostId>();
  readonly #listeners = new Set<() => void>();

  changed(): void {
    for (const listener of [...this.#listeners]) setImmediate(listener);
  }

  of(id: HostId): Membership {
    const alive = (): HostRecord[] => [...new Set([...this.hosts, id])].toSorted().map((host) => recordOf(host));
    return {
      self: recordOf(id),
      alive,
      all: alive,
      hasEnded: () => false,
      find: recordOf,
      setDraining: async () => undefined,
      onChange: (listener) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
    };
  }
}

function recordOf(id: HostId): HostRecord {
  const places = { name: id, peer: { host: '', port: 0 }, certificate: '', url: '', release: '0', startedAt: 0 };
  return { id, ...places, protocol: { min: 1, max: 1 } };
}

/** A process of a host, until it is killed: another begins with nothing but the same id. */
class Process implements HomeRoom {
  readonly machine: Machine;
  readonly homes: ClusterHomes;
  readonly #world: World;
  readonly #leases = new Map<number, Lease>();

  constructor(world: World, id: HostId, heard: Heard) {
    this.#world = world;
    this.machine = new Machine(world, 1);
    const parts = { clock: this.machine, self: id, report: () => undefined };
    const leases = new ClusterLeases({ store: this.machine, ...parts });
    this.homes = new ClusterHomes({ membership: heard.of(id), leases, clock: this.machine, logger });
    this.homes.add(this);
    this.homes.begin();
  }

  async open(shard: number, lease: Lease): ReturnType<HomeRoom['open']> {
    await this.#wait(this.#world.random() * 500);
    if (this.#world.random() < 0.1) throw new Error('Nobody answered.');
    this.#leases.set(shard, lease);
    const end = async (): Promise<void> => {
      await this.#wait(this.#world.random() * 500);
      this.#leases.delete(shard);
    };
    return { used: true, leave: end, drop: end };
  }

  holds(shard: number): boolean {
    return !this.machine.dead && this.#leases.get(shard)?.valid === true;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.machine.timer(ms, resolve));
  }
}

test('whatever was killed, started again, stood still or was cut off, soon all accounts have one home, and all hosts know which', async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const world = new World(seed, calm);
    const heard = new Heard();
    for (const id of ids) heard.hosts.add(id);
    const processes = new Map(ids.map((id) => [id, new Process(world, id, heard)]));
    const restart = (id: HostId): void => {
      processes.get(id)?.machine.die();
      const silence = world.at(silenceMs, () => heard.hosts.delete(id) && heard.changed());
      world.at(world.random() * 12_000, () => {
        silence[Symbol.dispose]();
        heard.hosts.add(id);
        processes.set(id, new Process(world, id, heard));
        heard.changed();
      });
    };
    let troubles = 12;
    const disturb = (): void => {
      const id = ids[Math.floor(world.random() * ids.length)] ?? '';
      const chance = world.random();
      if (processes.get(id)?.machine.dead === false) {
        if (chance < 0.5) restart(id);
        else if (chance < 0.7) processes.get(id)?.machine.pause(world.random() * 12_000);
        else if (chance < 0.85) processes.get(id)?.machine.cutOff(world.random() * 12_000);
        else world.elect(world.random() * 10_000, world.random() < 0.5);
      }
      if (--troubles > 0) world.at(world.random() * 8_000, disturb);
    };
    world.at(5_000, disturb);
    const onlyOne = (): void => {
      for (const shard of shards)
        assert.ok([...processes.values()].filter((each) => each.holds(shard)).length <= 1, `shard ${shard} twice`);
    };
    await world.runUntil(120_000 + healedMs, onlyOne);
    for (const shard of shards)
      for (const [id, { homes }] of processes) {
        const home = homes.homeOfShard(shard);
        const host = home.at === 'here' ? id : home.at === 'host' ? home.host : 'nowhere';
        const [wanted = ''] = ranked(shard, ids);
        assert.ok(
          processes.get(host)?.holds(shard),
          `seed ${seed}: ${id} has shard ${shard} at ${host}, not ${wanted}`,
        );
      }
  }
});
