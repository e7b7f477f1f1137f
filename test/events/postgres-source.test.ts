import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type pg from 'pg';
import { startPostgres, type RealServer } from '../connections/real-servers.ts';
import { cuttable, type Cuttable } from './cuttable.ts';
import { Fed } from './fed.ts';
import { connectedTo } from './postgres-client.ts';

const TRIM_HORIZON = { StartingPosition: 'TRIM_HORIZON' } as const;

describe('changes of tables in PostgreSQL', () => {
  let server: RealServer;
  let way: Cuttable;
  let client: pg.Client;
  before(async () => {
    server = await startPostgres();
    way = await cuttable(server.port);
    client = await connectedTo(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
    await client.query(`
      CREATE TABLE orders (id int PRIMARY KEY, body text, total numeric, raw bytea, at timestamptz);
      CREATE TABLE others (id int);
      CREATE PUBLICATION orders FOR TABLE orders`);
  });
  after(async () => {
    await client.end();
    await way[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const started = async (): Promise<Fed> =>
    await Fed.start({ db: { kind: 'postgres', url: `postgres://127.0.0.1:${way.port}/postgres`, user: 'postgres' } });
  const LATEST = { StartingPosition: 'LATEST' } as const;
  const slots = async (where = 'true'): Promise<number> =>
    (await client.query(`SELECT FROM pg_replication_slots WHERE ${where}`)).rows.length;
  const read = async (): Promise<void> => {
    while ((await slots('active')) === 0) await wait(10);
  };
  const insert = async (...ids: readonly number[]): Promise<void> => {
    for (const id of ids) await client.query('INSERT INTO orders (id, body) VALUES ($1::int, $1::int::text)', [id]);
  };
  interface Change {
    readonly action: string;
    readonly table: string;
    readonly new?: Readonly<Record<string, unknown>>;
    readonly old?: Readonly<Record<string, unknown>>;
  }
  const changesOf = (fed: Fed): readonly Change[] => fed.batches.flat().map((each) => Object(each));
  const idsOf = (fed: Fed): readonly unknown[] => changesOf(fed).map((change) => change.new?.['id']);

  test('come when they are committed, in that order, with the row as it is and was; the slot goes with the mapping', async () => {
    await using fed = await started();
    const UUID = await fed.map('db/orders', LATEST);
    await read();
    await client.query('INSERT INTO others VALUES (1)');
    await client.query(`BEGIN;
      INSERT INTO orders VALUES (1, 'a', 1.50, '\\x0102', '2026-05-01T00:00Z');
      UPDATE orders SET id = 2 WHERE id = 1;
      DELETE FROM orders;
      COMMIT`);
    await client.query('BEGIN; INSERT INTO orders VALUES (9); ROLLBACK; TRUNCATE orders');
    await fed.until(() => changesOf(fed).some(({ action }) => action === 'truncate'));
    const row = { body: 'a', total: '1.50', raw: 'AQI=', at: '2026-05-01T00:00:00.000Z' };
    assert.deepEqual(
      changesOf(fed).map(({ action, table, new: now, old }) => ({ action, table, now, old })),
      [
        { action: 'insert', table: 'orders', now: { id: 1, ...row }, old: undefined },
        { action: 'update', table: 'orders', now: { id: 2, ...row }, old: { id: 1 } },
        { action: 'delete', table: 'orders', now: undefined, old: { id: 2 } },
        { action: 'truncate', table: 'orders', now: undefined, old: undefined },
      ],
    );
    assert.equal(await slots(), 1);
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await slots()) > 0) await wait(10);
  });

  test('go on where they were after the connection was lost: what was not done comes again, what was done does not', async () => {
    await using fed = await started();
    const UUID = await fed.map('db/orders', { BatchSize: 4, ...LATEST });
    await read();
    await insert(1, 2);
    await fed.until(() => idsOf(fed).includes(2));
    await fed.result(UUID, /^OK$/);
    const { rows } = await client.query('SELECT pg_current_wal_flush_lsn() AS lsn');
    // Until the server has heard of it.
    while ((await slots(`confirmed_flush_lsn >= '${rows[0]?.lsn}'`)) === 0) await wait(10);
    const { promise, resolve } = Promise.withResolvers<void>();
    fed.gate = promise;
    await insert(3, 4, 5);
    await fed.until(() => idsOf(fed).includes(3));
    assert.ok(way.cut() > 0);
    resolve();
    await insert(6);
    await fed.until(() => idsOf(fed).at(-1) === 6);
    assert.deepEqual([...new Set(idsOf(fed))], [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      [1, 2, 3].map((id) => idsOf(fed).filter((each) => each === id).length),
      [1, 1, 2],
    );
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await slots()) > 0) await wait(10);
  });

  test('more than may lie here at a time come all the same; tables that nobody wants hold up no disk', async () => {
    await using fed = await started();
    const UUID = await fed.map('db/orders', { BatchSize: 10, ...LATEST });
    await read();
    await client.query(
      'TRUNCATE others; INSERT INTO orders (id, body) SELECT n, repeat(md5(n::text), 16384) FROM generate_series(100, 139) AS n',
    );
    await fed.until(() => idsOf(fed).includes(139));
    assert.deepEqual(
      [...new Set(idsOf(fed))],
      Array.from({ length: 40 }, (_, n) => 100 + n),
    );
    await client.query('INSERT INTO others SELECT generate_series(1, 10000)');
    const { rows } = await client.query('SELECT pg_current_wal_flush_lsn() AS lsn');
    while ((await slots(`confirmed_flush_lsn >= '${rows[0]?.lsn}'`)) === 0) await wait(10);
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await slots()) > 0) await wait(10);
  });

  test('what a slot keeps is shown while its mapping is disabled, and that the server ended it', async () => {
    await using fed = await started();
    const UUID = await fed.map('db/orders', LATEST);
    await read();
    const disable = async (): Promise<unknown> =>
      await fed.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    const kept = async (): Promise<number> => {
      const text = await (await fetch(new URL('/metrics', fed.service.url))).text();
      return Number(
        new RegExp(`^heddle_event_source_kept_bytes\\{mapping="${UUID}".*\\} (\\d+)$`, 'm').exec(text)?.[1],
      );
    };
    /** A segment of the log has 16 MiB. */
    const segments = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await client.query('INSERT INTO others VALUES (1); SELECT pg_switch_wal()');
    };
    await disable();
    while ((await slots('active')) > 0) await wait(10);
    await segments(2);
    await disable();
    while (!((await kept()) > 16_777_216)) await wait(10);
    await client.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    await client.query('SELECT pg_reload_conf()');
    while ((await slots("wal_status = 'lost'")) === 0) {
      await segments(1);
      await client.query('CHECKPOINT');
    }
    await disable();
    await fed.result(UUID, /^PROBLEM: The replication slot heddle_\S+ kept more .* make the mapping anew\.$/);
    await client.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await client.query('SELECT pg_reload_conf()');
    await fed.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    while ((await slots()) > 0) await wait(10);
  });

  test('that cannot be read are refused in words', async () => {
    await using fed = await started();
    await assert.rejects(fed.map('db/orders', TRIM_HORIZON), /StartingPosition must be LATEST for PostgreSQL/);
    await assert.rejects(fed.map('db/none', LATEST), /There is no publication none\. To make it: CREATE PUBLICATION/);
    assert.equal(await slots(), 0);
  });
});
