import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { openLeaseStore } from '../../src/cluster/leases/bucket-store.ts';
import { encodeEntry } from '../../src/cluster/leases/entry.ts';
import { ClusterLeases } from '../../src/cluster/leases/cluster-leases.ts';
import { ClusterUnavailableError, type Lease } from '../../src/cluster/contract.ts';
import type { NatsLink } from '../../src/cluster/nats/connection.ts';
import { testLink } from '../../src/cluster/testing/links.ts';
import { startNatsServers, type TestNats, type TestNatsServer } from '../../src/cluster/testing/nats.ts';
import { systemClock } from '../../src/model/clock.ts';

// How long a lease has no holder when its holder is killed, and whether it is kept, for how long it is suspended, and for how long nothing can be written, when the leader of its stream is killed or stands
// still for 10 s. `./heddle --node bench/cluster/leases.ts [ROUNDS]`

const rounds = Number(process.argv[2] ?? 5);
const holderProgram = new URL('../../src/cluster/leases/testing/holder.ts', import.meta.url).pathname;

/** An entry that is nobody's. */
const probe = encodeEntry({ host: undefined, epoch: undefined, holding: 'probe', attempt: 0 });

async function leasesOf(link: NatsLink, self: string): Promise<ClusterLeases> {
  const report = (error: unknown): void => console.error(String(error));
  const store = await openLeaseStore({ link, replicas: 3, report, signal: AbortSignal.timeout(60_000) });
  return new ClusterLeases({ store, clock: systemClock, self, report });
}

async function take(leases: ClusterLeases, name: string): Promise<Lease> {
  for (;;) {
    const lease = await leases.take(name).catch((error: unknown) => {
      if (error instanceof ClusterUnavailableError) return undefined;
      throw error;
    });
    if (lease !== undefined) return lease;
    await wait(20);
  }
}

async function leaderOf(nats: TestNats, link: NatsLink): Promise<TestNatsServer> {
  for (;;) {
    const { cluster } = await link.manager.streams.info('KV_heddle-leases');
    const leader = nats.servers.find(({ name }) => name === cluster?.leader);
    if (leader !== undefined) return leader;
    await wait(50);
  }
}

async function holderKilled(nats: TestNats, leases: ClusterLeases, name: string): Promise<number> {
  const args = [holderProgram, nats.urls.join(','), nats.keys.hostsFile, name, 'h-held'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  await wait(1_000 + Math.random() * 1_000);
  child.kill('SIGKILL');
  const killedAt = performance.now();
  await take(leases, name);
  return performance.now() - killedAt;
}

/** The longest that no write was acknowledged, for how long a lease was suspended, and whether it was kept, after something was done to the leader. */
async function leaderDisturbed(
  nats: TestNats,
  link: NatsLink,
  leases: ClusterLeases,
  disturb: (leader: TestNatsServer) => Promise<void>,
): Promise<{ readonly gapMs: number; readonly suspendedMs: number; readonly kept: boolean }> {
  const lease = await take(leases, `held-${Math.random()}`);
  let [last, gapMs, writing] = [performance.now(), 0, true];
  let suspendedMs = 0;
  const watcher = (async () => {
    for (let at = performance.now(); writing; at = performance.now()) {
      const wasValid = lease.valid;
      await wait(5);
      if (!wasValid) suspendedMs += performance.now() - at;
    }
  })();
  const writer = (async () => {
    while (writing) {
      const written = await link.jetstream
        .publish('$KV.heddle-leases.probe', probe, { timeout: 500 })
        .then(() => true)
        .catch(() => false);
      if (!written) continue;
      gapMs = Math.max(gapMs, performance.now() - last);
      last = performance.now();
      await wait(5);
    }
  })();
  await wait(500);
  await disturb(await leaderOf(nats, link));
  await wait(1_000);
  writing = false;
  await Promise.all([writer, watcher]);
  const kept = await lease.settled();
  await lease.release();
  return { gapMs, suspendedMs, kept };
}

await using nats = await startNatsServers(3);
await using link = await testLink(nats.settings, 'bench');
const leases = await leasesOf(link, 'h-bench');
for (let round = 0; round < rounds; round++) {
  const killed = await holderKilled(nats, leases, `killed-${round}`);
  const gone = await leaderDisturbed(nats, link, leases, async (leader) => {
    await leader.kill();
    await wait(9_000);
    await leader.restart();
    await nats.ready();
  });
  const still = await leaderDisturbed(nats, link, leases, async (leader) => {
    leader.pause();
    await wait(10_000);
    leader.resume();
    await nats.ready();
  });
  const ms = (value: number): string => `${Math.round(value)} ms`;
  console.log(
    `holder killed: another after ${ms(killed)}; leader killed: no write for ${ms(gone.gapMs)}, lease suspended for ${ms(gone.suspendedMs)} and ${gone.kept ? 'kept' : 'lost'}; ` +
      `leader stopped: no write for ${ms(still.gapMs)}, lease suspended for ${ms(still.suspendedMs)} and ${still.kept ? 'kept' : 'lost'}`,
  );
}
await leases[Symbol.asyncDispose]();
