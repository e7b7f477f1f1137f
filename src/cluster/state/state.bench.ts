import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Store } from '../../store/contract.ts';
import { openSqliteStore, storeFile } from '../../store/sqlite/open.ts';
import { recordOf, testAccount } from '../../store/testing/record-of.ts';
import { openLog } from '../log/open-log.ts';
import { connectTo } from '../log/testing/connect.ts';
import { startNatsServers } from '../testing/nats.ts';
import { Mirror } from './mirror.ts';
import { openClusterStore, type ClusterStore } from './open-state.ts';

// What a cluster's state costs: `./heddle --node src/cluster/state/state.bench.ts`. Three NATS servers on this machine, with an fsync for each message.

const writes = 200;
const functions = 1_000;
const changes = 10_000;
const logger = pino({ level: 'silent' });

await using nats = await startNatsServers(3);
await using connection = await connectTo(nats.settings);
const folder = await mkdtemp(join(tmpdir(), 'heddle-state-bench-'));
try {
  const open = (home: string): Promise<ClusterStore> =>
    openClusterStore({
      home: join(folder, home),
      logger,
      openLog: () => openLog({ connection, name: 'BENCH', replicas: 3 }),
    });
  const hosts = [await open('a'), await open('b'), await open('c')];
  const [host] = hosts;
  if (host === undefined) throw new Error('There are three hosts.');
  const single = openSqliteStore(join(folder, 'single'));
  for (const store of [single, host])
    await store.accounts.create(
      { id: testAccount, createdAt: 5, name: '', operator: true, limits: {} },
      { accessKeyId: 'AKIA', secretAccessKey: 's', account: testAccount, createdAt: 6 },
    );

  const tookMs = { single: [] as number[], cluster: [] as number[] };
  for (let count = 0; count < writes; count++) {
    tookMs.single.push(await timed(() => single.functions.create(recordOf(`f${count}`))));
    tookMs.cluster.push(await timed(() => host.functions.create(recordOf(`f${count}`))));
  }
  say('a function made, one host, p50 p99 ms', ...quantiles(tookMs.single));
  say('a function made, three hosts, p50 p99 ms', ...quantiles(tookMs.cluster));
  await single[Symbol.asyncDispose]();

  for (let count = writes; count < functions; count++) await host.functions.create(recordOf(`f${count}`));
  const change = (store: Store, count: number): Promise<unknown> =>
    store.functions.update(testAccount, `f${count % functions}`, (current) => ({
      ...current,
      tags: { count: `${count}` },
    }));
  const begun = performance.now();
  for (let count = 0; count < changes; count++) await change(host, count);
  say('changes a second by one host', changes / ((performance.now() - begun) / 1_000));

  const log = await openLog({ connection, name: 'BENCH_LOG', replicas: 3 });
  let position = 0n;
  for (let count = 0; count < changes; count++) position = await log.append(Buffer.alloc(400), position);
  const follows = await timed(async () => {
    const end = new AbortController();
    for await (const entry of log.follow(0n, end.signal)) if (entry.position === position) end.abort();
  });
  say('ms to read 10,000 entries of a log', follows);

  say('ms for a new host, by its snapshot and what came since', await timed(async () => hosts.push(await open('d'))));
  for (const store of hosts) await store[Symbol.asyncDispose]();
  hosts.length = 0;

  say('ms to open a mirror of 1,000 functions', await timed(async () => new Mirror(pathOf('a'))[Symbol.dispose]()));
  using mirror = new Mirror(pathOf('a'));
  const file = join(folder, 'snapshot');
  say('ms to write its snapshot', await timed(async () => mirror.saveTo(file)));
  say('ms to take a snapshot that it has already', await timed(async () => mirror.replaceBy(file, mirror.position)));
  const applied: number[] = [];
  for (let count = 0; count < 2_000; count++) {
    const { changeset } = await mirror.draft((store) =>
      store.functions.update(testAccount, `f${count % functions}`, (current) => ({
        ...current,
        tags: { again: `${count}` },
      })),
    );
    const entry = { id: `${count}`, schema: mirror.schema, changeset };
    applied.push(await timed(async () => mirror.apply(entry, mirror.position + 1n)));
  }
  say('a change applied, with what is in memory, p50 p99 ms', ...quantiles(applied));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function quantiles(all: readonly number[]): readonly [number, number] {
  const sorted = all.toSorted((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted[Math.floor(sorted.length * 0.99)] ?? 0];
}

function pathOf(home: string): string {
  return join(folder, home, storeFile);
}

function say(what: string, ...numbers: readonly number[]): void {
  process.stdout.write(`${what}: ${numbers.map((number) => number.toFixed(2)).join(', ')}\n`);
}
