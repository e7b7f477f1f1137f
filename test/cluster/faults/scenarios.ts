import { setTimeout as wait } from 'node:timers/promises';
import { deceived, writeClock } from './clocks.ts';
import { cutOff, oneWay, powerBack, powerLoss, smallDisk, standStill } from './breaking.ts';
import { drainHost } from '../drain.ts';
import { hostOf, type TestCluster, type TestClusterOptions } from '../harness.ts';
import { leadersOf } from '../leaders.ts';
import { untilTheySpeak } from './protocols.ts';

/** Something that breaks, and is mended. */
export interface Scenario {
  readonly what: string;
  /** It cuts links, which needs network namespaces. */
  readonly cutsLinks?: true;
  /** Only root may mount. */
  readonly mounts?: true;
  /** Whose hosts are asked in vain while it is broken. */
  readonly dead?: 'machine' | 'all';
  /** A machine's host is there for those who call it, and not for the others. */
  readonly apart?: true;
  readonly cluster?: Pick<TestClusterOptions, 'prepare' | 'environment'>;
  /** Breaks it, waits for so long, and mends it. */
  run(cluster: TestCluster, fault: Fault): Promise<void>;
}

/** One time that something breaks. */
export interface Fault {
  /** At which it does, from 0, where it does at one. */
  readonly machine: number;
  readonly brokenMs: number;
  readonly signal: AbortSignal;
}

/** A NATS server lends three quarters of its disk, and each log has 256 MiB of them set aside. */
const smallDiskMib = 1_536;
const slowKbit = 2_000;
const apartMs = 30_000;

/** The highest version of the protocol between hosts that a cluster was upgraded to. */
const speaks = new WeakMap<TestCluster, number>();

/** Every fault by its name, for tests and for `long-run.ts`. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'kill-host': {
    what: 'kill -9 of a host',
    dead: 'machine',
    run: async (cluster, { machine, brokenMs, signal }) => {
      const { process } = hostOf(cluster, machine);
      await process.kill();
      await wait(brokenMs, undefined, { signal });
      await process.start(signal);
    },
  },
  'kill-nats': {
    what: 'kill -9 of a NATS server',
    run: async ({ servers }, { machine, brokenMs, signal }) => {
      await servers[machine]?.process.kill();
      await wait(brokenMs, undefined, { signal });
      await servers[machine]?.process.start(signal);
    },
  },
  'kill-leader': {
    what: 'kill -9 of the NATS server that leads most streams',
    run: async (cluster, { brokenMs, signal }) => {
      const led = [...(await leadersOf(cluster)).values()];
      const counts = cluster.servers.map((_, n) => led.filter((leader) => leader === n).length);
      const server = cluster.servers[counts.indexOf(Math.max(...counts))];
      await server?.process.kill();
      await wait(brokenMs, undefined, { signal });
      await server?.process.start(signal);
    },
  },
  pause: {
    what: 'a host stands still for 10 s (SIGSTOP)',
    dead: 'machine',
    run: async (cluster, { machine }) => {
      const { process } = hostOf(cluster, machine);
      process.pause();
      await wait(10_000);
      process.resume();
    },
  },
  suspend: {
    what: 'a machine stands still for 10 s, host and NATS server',
    dead: 'machine',
    run: async (cluster, { machine }) => await standStill(cluster, machine, 10_000),
  },
  partition: {
    what: 'a machine is cut off from the others, both ways',
    cutsLinks: true,
    apart: true,
    run: async (cluster, { machine, brokenMs, signal }) => {
      const { mend } = await cutOff(cluster, machine);
      await wait(brokenMs, undefined, { signal });
      await mend();
    },
  },
  mute: {
    what: 'what a machine sends to the others is lost, and it hears them',
    cutsLinks: true,
    apart: true,
    run: async (cluster, { machine, brokenMs, signal }) => {
      const { mend } = await oneWay(cluster, machine, 'sends');
      await wait(brokenMs, undefined, { signal });
      await mend();
    },
  },
  deaf: {
    what: 'what the others send to a machine is lost, and they hear it',
    cutsLinks: true,
    apart: true,
    run: async (cluster, { machine, brokenMs, signal }) => {
      const { mend } = await oneWay(cluster, machine, 'hears');
      await wait(brokenMs, undefined, { signal });
      await mend();
    },
  },
  slow: {
    what: `a machine has a link of ${slowKbit} kbit/s`,
    cutsLinks: true,
    run: async ({ faults }, { machine, brokenMs, signal }) => {
      await faults.slow(machine, slowKbit);
      await wait(brokenMs, undefined, { signal });
      await faults.slow(machine, undefined);
    },
  },
  'disk-full': {
    what: 'the disk of a machine, of its host and of its NATS server, is full',
    mounts: true,
    cluster: { prepare: async (folder) => await smallDisk(folder, smallDiskMib) },
    run: async (cluster, { machine, brokenMs, signal }) => {
      const { emptied } = await (await import('./full-disk.ts')).fill(hostOf(cluster, machine).home);
      await wait(brokenMs, undefined, { signal });
      await emptied();
      // As its operator has to: it keeps nothing from then on, also when there is room again.
      const server = cluster.servers[machine]?.process;
      await server?.stop();
      await server?.start(signal);
    },
  },
  clocks: {
    what: `clocks of hosts are ${apartMs / 1_000} s apart`,
    cluster: {
      prepare: async (folder, n) => await writeClock(folder, (n - 1) * apartMs),
      environment: (_n, folder) => deceived(folder),
    },
    run: async (_cluster, { brokenMs, signal }) => await wait(brokenMs, undefined, { signal }),
  },
  majority: {
    what: 'two of three NATS servers are gone',
    run: async ({ servers }, { machine, brokenMs, signal }) => {
      const lost = servers.filter((_, n) => n !== machine);
      await Promise.all(lost.map(({ process }) => process.kill()));
      await wait(brokenMs, undefined, { signal });
      await Promise.all(lost.map(({ process }) => process.start(signal)));
    },
  },
  upgrade: {
    what: 'one host after the other is drained, stopped, and started as a release with the next version of the protocol',
    dead: 'all',
    cluster: { environment: () => ({ HEDDLE_TEST_PROTOCOL: '1-1' }) },
    run: async (cluster, { signal }) => {
      const spoken = speaks.get(cluster) ?? 1;
      const next = spoken + 1;
      for (const [n, host] of cluster.hosts.entries()) {
        await drainHost(host, signal);
        await host.process.stop();
        await host.process.start(signal, [], { HEDDLE_TEST_PROTOCOL: `${spoken}-${next}` });
        const highest = cluster.hosts.map((_, at) => (at <= n ? next : spoken));
        // As one sees it that was upgraded, and one that was not yet.
        for (const by of new Set([n, cluster.hosts.length - 1])) await untilTheySpeak(cluster, by, highest, signal);
      }
      speaks.set(cluster, next);
    },
  },
  power: {
    what: 'the power goes: kill -9 of everything at once',
    dead: 'all',
    run: async (cluster, { brokenMs, signal }) => {
      await powerLoss(cluster);
      await wait(brokenMs, undefined, { signal });
      await powerBack(cluster, signal);
    },
  },
};
