import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { Redis } from 'ioredis';
import { driversUnderTest } from '../../e2e/drivers.ts';
import { startPostgres, startRedis, type RealServer } from '../real-servers.ts';
import { connected } from './ready-client.ts';
import { startMovingGuest, type MovingGuest } from './moving-guest.ts';

/** How long the pools wait where nobody tells them that their connections are gone. */
const patienceMs = 1_000;
const testMsMax = 120_000;

for (const { name, skip } of await driversUnderTest({ emulated: true })) {
  if (name === 'microvm') continue; // what differs for it: src/instance/microvm, by the suite for all drivers
  describe(`pools of connections of an instance that moves, driver ${name}`, { skip, timeout: testMsMax }, () => {
    let postgres: RealServer | undefined;
    let redis: RealServer | undefined;
    let watching: { readonly database: pg.Client; readonly cache: Redis } | undefined;
    before(async () => {
      [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
      const database = await connected(postgres.port);
      watching = { database, cache: new Redis({ port: redis.port, host: '127.0.0.1' }) };
    });
    after(async () => {
      watching?.cache.disconnect();
      await watching?.database.end();
      await postgres?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    });

    /** How many connections the servers have of the guest. */
    const held = async (): Promise<readonly [number, number]> => {
      const mine = "select count(*) as count from pg_stat_activity where application_name = 'moved'";
      assert.ok(watching !== undefined);
      const [{ rows }, clients] = await Promise.all([watching.database.query(mine), watching.cache.client('LIST')]);
      return [Number(rows[0].count), String(clients).split('name=moved').length - 1];
    };
    const start = (): Promise<MovingGuest> => {
      const servers = { postgres: postgres?.port ?? 0, redis: redis?.port ?? 0 };
      return startMovingGuest(name, servers, AbortSignal.timeout(testMsMax));
    };

    test('the servers know at once, and the next queries succeed on new connections', async () => {
      await using guest = await start();
      // Who is not told would wait for ever.
      await guest.open(0);
      for (let round = 0; round < 3; round++) {
        const goesOn = guest.move({
          told: true,
          // The guest stands still: only its service can have told them.
          whileStill: async () => {
            while ((await held()).some((count) => count > 0)) await wait(5);
          },
        });
        await goesOn;
        const { postgres: answer, redis: value } = await guest.query();
        assert.deepEqual([answer, value], ['42', 'value']);
      }
    });

    test('without that, the servers keep them, and the next queries hang until they time out', async () => {
      await using guest = await start();
      await guest.open(patienceMs);
      await guest.move({ told: false });
      const { postgres: answer, redis: value, ms } = await guest.query();
      assert.match(answer, /timeout/i);
      assert.match(value, /timed out/i);
      assert.ok(ms >= patienceMs - 1, `${ms} ms`);
      assert.deepEqual(await held(), [2, 1]);
    });
  });
}
