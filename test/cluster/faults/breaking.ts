import { mkdir } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { hostOf, type TestCluster } from '../harness.ts';

const run = promisify(execFile);

/** Cuts every link between two groups of machines, both ways; what it gives joins them again. */
export async function cut(
  { faults }: TestCluster,
  group: readonly number[],
  others: readonly number[],
): Promise<{ readonly mend: () => Promise<void> }> {
  const links = group.flatMap((one) => others.flatMap((other) => [[one, other] as const, [other, one] as const]));
  for (const [from, to] of links) await faults.block(from, to);
  return {
    mend: async () => {
      for (const [from, to] of links) await faults.unblock(from, to);
    },
  };
}

/** Cuts one machine off from all others, both ways. Tests still reach it. */
export async function cutOff(cluster: TestCluster, machine: number): Promise<{ readonly mend: () => Promise<void> }> {
  return await cut(
    cluster,
    [machine],
    cluster.hosts.map((_, n) => n).filter((n) => n !== machine),
  );
}

/** One direction only: what a machine sends to the others is lost, and it hears all that they send; or (`hears`) the other way round. */
export async function oneWay(
  { faults, hosts }: TestCluster,
  machine: number,
  lost: 'sends' | 'hears',
): Promise<{ readonly mend: () => Promise<void> }> {
  const others = hosts.map((_, n) => n).filter((n) => n !== machine);
  const links = others.map((other) => (lost === 'sends' ? ([machine, other] as const) : ([other, machine] as const)));
  for (const [from, to] of links) await faults.block(from, to);
  return {
    mend: async () => {
      for (const [from, to] of links) await faults.unblock(from, to);
    },
  };
}

/** Stops a machine's host and NATS server for a time, as a machine that is suspended. */
export async function standStill(cluster: TestCluster, machine: number, ms: number): Promise<void> {
  const both = [hostOf(cluster, machine).process, cluster.servers[machine]?.process];
  for (const process of both) process?.pause();
  await wait(ms);
  for (const process of both) process?.resume();
}

/** `kill -9` of everything at once, as when the power goes. */
export async function powerLoss({ hosts, servers }: TestCluster): Promise<void> {
  await Promise.all([...hosts, ...servers].map(({ process }) => process.kill()));
}

/** Starts what {@link powerLoss} has ended, with what was on the disks. */
export async function powerBack({ hosts, servers }: TestCluster, signal: AbortSignal): Promise<void> {
  await Promise.all(servers.map(({ process }) => process.start(signal)));
  await Promise.all(hosts.map(({ process }) => process.start(signal)));
}

/** Makes a machine's folder a disk of so many MiB; for `prepare` of {@link startCluster}. Only root may. */
export async function smallDisk(folder: string, mib: number): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=700`, 'tmpfs', folder]);
  return {
    // What still has a file open there holds up nobody.
    [Symbol.asyncDispose]: async () => void (await run('umount', ['--lazy', folder])),
  };
}
