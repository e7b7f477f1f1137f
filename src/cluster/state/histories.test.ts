import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { NatsConnection } from '@nats-io/nats-core';
import { pino } from 'pino';
import type { Store } from '../../store/contract.ts';
import { tableNames } from '../../store/sqlite/changed-rows.ts';
import { openSqliteStore, storeFile } from '../../store/sqlite/open.ts';
import { recordOf, testAccount } from '../../store/testing/record-of.ts';
import { ClusterUnavailableError, LogTrimmedError, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { openLog } from '../log/open-log.ts';
import { connectTo } from '../log/testing/connect.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { openClusterStore, type ClusterStore } from './open-state.ts';

const logger = pino({ level: 'silent' });
/** Writes of each of three hosts. */
const writes = 60;

describe('three hosts of one state', () => {
  let nats: TestNats;
  let folder: string;
  const connections: NatsConnection[] = [];
  let hosts: Host[] = [];
  let cluster = 0;

  before(async () => {
    nats = await startNatsServers(3);
    folder = await mkdtemp(join(tmpdir(), 'heddle-state-'));
    for (let index = 0; index < 3; index++) connections.push(await connectTo(nats.settings));
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    await nats?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Each of its own log, which remembers where its entries lie. */
  async function begin(): Promise<Host[]> {
    const name = `STATE${(cluster += 1)}`;
    hosts = await Promise.all(
      connections.map((connection, index) => openHost(connection, name, join(folder, `${name}-${index}`))),
    );
    const [first] = hosts;
    assert.ok(first !== undefined);
    await first.store.accounts.create(
      { id: testAccount, createdAt: 5, name: '', operator: true, limits: {} },
      { accessKeyId: 'AKIA', secretAccessKey: 'secret', account: testAccount, createdAt: 6 },
    );
    return hosts;
  }

  async function end(): Promise<void> {
    for (const { store } of hosts) await store[Symbol.asyncDispose]();
    hosts = [];
  }

  test('what they do at once is what one store does in the order of the log', async () => {
    await begin();
    const done = (await Promise.all(hosts.map((host, index) => random(host, index)))).flat();
    await alike(hosts);
    const single = openSqliteStore(join(folder, 'single'));
    await single.accounts.create(
      { id: testAccount, createdAt: 5, name: '', operator: true, limits: {} },
      { accessKeyId: 'AKIA', secretAccessKey: 'secret', account: testAccount, createdAt: 6 },
    );
    const inOrder = done.toSorted((a, b) => (a.position < b.position ? -1 : 1));
    for (const { write, result } of inOrder) assert.deepEqual(await write(single), result);
    await single[Symbol.asyncDispose]();
    const homes = hosts.map(({ home }) => home);
    await end();
    const expected = dump(join(folder, 'single'));
    for (const home of homes) assert.deepEqual(dump(home), expected);
    assert.ok(inOrder.length > writes, `${inOrder.length} writes changed something`);
  });

  test('of those who change one document at once, each has seen the last', async () => {
    await begin();
    const count = async ({ store }: Host): Promise<void> => {
      for (let added = 0; added < 20;) {
        const before = Number(store.documents.get(testAccount, 'counter', 'c')?.['count'] ?? 0);
        try {
          await store.documents.put(testAccount, 'counter', 'c', { count: before + 1 });
          added += 1;
        } catch (error) {
          assert.ok(error instanceof Error && error.name === 'ChangedElsewhereError', String(error));
        }
      }
    };
    await Promise.all(hosts.map(count));
    await alike(hosts);
    for (const { store } of hosts) assert.deepEqual(store.documents.get(testAccount, 'counter', 'c'), { count: 60 });
    await end();
  });

  test('what one was told is there on the others for whoever asks for it next', async () => {
    await begin();
    const [first, second, third] = hosts;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    for (let count = 0; count < 20; count++) {
      const name = `next${count}`;
      await first.store.functions.create(recordOf(name));
      const key = { accessKeyId: name, secretAccessKey: 's', account: testAccount, createdAt: 7 };
      await first.store.accounts.addKey(key);
      const found = await Promise.all([
        second.store.functions.get(testAccount, name),
        third.store.functions.get(testAccount, name),
        third.store.accounts.key(name),
      ]);
      assert.ok(found.every((one) => one !== undefined));
    }
    await end();
  });

  test('a key that is removed on one ends on all', async () => {
    await begin();
    const [first, , third] = hosts;
    assert.ok(first !== undefined && third !== undefined);
    await first.store.accounts.addKey({
      accessKeyId: 'GONE',
      secretAccessKey: 's',
      account: testAccount,
      createdAt: 7,
    });
    await alike(hosts);
    const ended = (await third.store.accounts.key('GONE'))?.ended;
    assert.ok(ended !== undefined && !ended.aborted);
    const fires = new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve()));
    await first.store.accounts.removeKey('GONE');
    await fires;
    await alike(hosts);
    assert.equal(await third.store.accounts.key('GONE'), undefined);
    await end();
  });

  test('a host that comes late takes a snapshot, and what came since', async () => {
    await begin();
    const [first, second] = hosts;
    assert.ok(first !== undefined && second !== undefined);
    for (const name of ['a', 'b', 'c']) {
      await first.store.functions.create(recordOf(name));
      await first.store.saveSnapshot();
    }
    await second.store.functions.create(recordOf('d'));
    const { log } = first;
    await assert.rejects(log.follow(0n, AbortSignal.timeout(600_000))[Symbol.asyncIterator]().next(), LogTrimmedError);
    const [connection] = connections;
    assert.ok(connection !== undefined);
    const late = await openHost(connection, `STATE${cluster}`, join(folder, 'late'));
    const names = (await late.store.functions.list(testAccount, '', 10)).map(({ latest }) => latest.name);
    assert.deepEqual(names, ['a', 'b', 'c', 'd']);
    await late.store[Symbol.asyncDispose]();
    await end();
  });

  test('without a majority what is known is served, and a write is refused', async () => {
    await begin();
    const [first] = hosts;
    const [one, two] = nats.servers;
    assert.ok(first !== undefined && one !== undefined && two !== undefined);
    await first.store.functions.create(recordOf('known'));
    await alike(hosts);
    await Promise.all([one.kill(), two.kill()]);
    await assert.rejects(first.store.functions.create(recordOf('new')), ClusterUnavailableError);
    await assert.rejects(first.store.functions.create(recordOf('newer')), /nothing was changed/);
    for (const { store } of hosts) assert.ok((await store.functions.get(testAccount, 'known')) !== undefined);
    const { home } = first;
    await first.store[Symbol.asyncDispose]();
    const [connection] = connections;
    assert.ok(connection !== undefined);
    // Started while nobody can tell what holds.
    const again = await openHost(connection, `STATE${cluster}`, home);
    hosts = [again, ...hosts.slice(1)];
    assert.ok((await again.store.functions.get(testAccount, 'known')) !== undefined);
    await Promise.all([one.restart(), two.restart()]);
    await nats.ready();
    await until(async () => {
      try {
        await again.store.functions.create(recordOf('after'));
        return true;
      } catch (error) {
        if (!(error instanceof ClusterUnavailableError)) throw error;
        return false;
      }
    });
    await alike(hosts);
    for (const { store } of hosts) assert.ok((await store.functions.get(testAccount, 'after')) !== undefined);
    await end();
  });

  test('a home with functions of its own is refused, and one of a cluster is refused to a service of its own', async () => {
    await begin();
    const own = join(folder, 'own');
    const alone = openSqliteStore(own);
    await alone.accounts.create(
      { id: testAccount, createdAt: 5, name: '', operator: true, limits: {} },
      { accessKeyId: 'OWN', secretAccessKey: 'secret', account: testAccount, createdAt: 6 },
    );
    await alone.functions.create(recordOf('mine'));
    await alone[Symbol.asyncDispose]();
    const [connection] = connections;
    assert.ok(connection !== undefined);
    await assert.rejects(openHost(connection, `STATE${cluster}`, own), /1 functions.*neither merged nor removed/s);
    const again = openSqliteStore(own);
    assert.ok((await again.functions.get(testAccount, 'mine')) !== undefined);
    await again[Symbol.asyncDispose]();
    const home = hosts[0]?.home ?? '';
    await end();
    assert.throws(() => openSqliteStore(home), /belongs to a cluster/);
  });
});

interface Host {
  readonly home: string;
  readonly store: ClusterStore;
  readonly log: ReplicatedLog;
  /** Where its last entry lies. */
  readonly written: () => LogPosition;
}

async function openHost(connection: NatsConnection, name: string, home: string): Promise<Host> {
  let written: LogPosition = 0n;
  let log: ReplicatedLog | undefined;
  const open = async (): Promise<ReplicatedLog> => {
    const opened = await openLog({ connection, name, replicas: 3, bytesMax: 16_777_216 });
    log = { ...opened, append: async (data, behind) => (written = await opened.append(data, behind)) };
    return log;
  };
  const store = await openClusterStore({ home, openLog: open, logger });
  const late = (): never => assert.fail('The log is not open.');
  const lazy: ReplicatedLog = {
    append: (...what) => (log ?? late()).append(...what),
    follow: (...what) => (log ?? late()).follow(...what),
    tail: () => (log ?? late()).tail(),
    saveSnapshot: (...what) => (log ?? late()).saveSnapshot(...what),
    loadSnapshot: (file) => (log ?? late()).loadSnapshot(file),
  };
  return { home, store, log: lazy, written: () => written };
}

interface Done {
  readonly write: (store: Store) => Promise<unknown>;
  readonly result: unknown;
  readonly position: LogPosition;
}

/** Does so many writes, one after the other; gives those that changed something. */
async function random(host: Host, seed: number): Promise<Done[]> {
  const done: Done[] = [];
  for (let count = 0; count < writes; count++) {
    const write = chosen(seed, count);
    const before = host.written();
    try {
      const result = await write(host.store);
      if (host.written() !== before) done.push({ write, result, position: host.written() });
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof ClusterUnavailableError), String(error));
      assert.equal(host.written(), before, `what was refused with ${error.name} changed nothing`);
    }
  }
  return done;
}

function chosen(seed: number, count: number): (store: Store) => Promise<unknown> {
  const name = `f${Math.floor(Math.random() * 3)}`;
  const mark = `${seed}-${count}`;
  const choices: readonly ((store: Store) => Promise<unknown>)[] = [
    ({ functions }) => functions.create(recordOf(name)),
    ({ functions }) =>
      functions.update(testAccount, name, (current) => ({ ...current, tags: { ...current.tags, [mark]: 'y' } })),
    ({ functions }) => functions.delete(testAccount, name),
    ({ versions }) =>
      versions.publish(testAccount, name, (current, _newest, number) => ({
        ...current,
        number,
        functionDescription: mark,
      })),
    ({ aliases }) =>
      aliases.create({ account: testAccount, name, alias: 'live', version: '1', description: mark, revisionId: mark }),
    ({ aliases }) =>
      aliases.update(testAccount, name, 'live', (current) => ({ ...current, description: mark, revisionId: mark })),
    ({ settings }) => settings.put(testAccount, name, '', `k${seed}`, { mark }),
    ({ documents }) => documents.put(testAccount, 'doc', mark, { mark }),
    ({ layers }) => layers.publish(testAccount, 'layer', (version) => layerOf(version)),
  ];
  return choices[Math.floor(Math.random() * choices.length)] ?? (async () => undefined);
}

function layerOf(version: number): Awaited<ReturnType<Store['layers']['versions']>>[number] {
  return {
    account: testAccount,
    name: 'layer',
    version,
    sha256: 'abc=',
    zipBytes: 1,
    bytes: 1,
    description: '',
    licenseInfo: '',
    compatibleRuntimes: [],
    compatibleArchitectures: [],
    createdAt: 1,
    permissions: [],
    policyRevisionId: 'r',
  };
}

/** Resolves when all of them have what was written by then. */
async function alike(hosts: readonly Host[]): Promise<void> {
  const mark = `mark-${Math.random()}`;
  await hosts[0]?.store.documents.put(testAccount, 'alike', 'mark', { mark });
  for (const { store } of hosts)
    await until(async () => store.documents.get(testAccount, 'alike', 'mark')?.['mark'] === mark);
  await hosts[0]?.store.documents.delete(testAccount, 'alike', 'mark');
  for (const { store } of hosts)
    await until(async () => store.documents.get(testAccount, 'alike', 'mark') === undefined);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function dump(home: string): unknown {
  using database = new DatabaseSync(join(home, storeFile));
  return tableNames.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()]);
}
