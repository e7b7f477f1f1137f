import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { remote } from '../../../src/index.ts';
import { machineName } from '../../../src/model/network.ts';
import { driversUnderTest } from '../../e2e/drivers.ts';
import { useEmbedded } from '../../threads/harness.ts';
import { startPostgres, type RealServer } from '../real-servers.ts';
import type * as Fixture from './fixtures/keeps-pool.ts';
import { connected } from './ready-client.ts';

/** More than one may have under way: what does not fit waits in this program. */
const messages = 2_000;
const padding = 'x'.repeat(4_096);

for (const { name, skip } of await driversUnderTest({ emulated: true })) {
  if (name === 'host') continue; // it cannot be paused
  describe(`a paused thread, driver ${name}`, { skip, timeout: 900_000 }, () => {
    let postgres: RealServer;
    let watching: pg.Client;
    let threads: AsyncDisposable;
    before(async () => {
      postgres = await startPostgres();
      watching = await connected(postgres.port);
      threads = await useEmbedded(name);
    });
    after(async () => {
      await threads?.[Symbol.asyncDispose]();
      await watching?.end();
      await postgres?.[Symbol.asyncDispose]();
    });

    const held = async (): Promise<number> => {
      const { rows } = await watching.query(
        "select count(*) as count from pg_stat_activity where application_name = 'paused'",
      );
      return Number(rows[0].count);
    };

    test('is unknown to its database, hears what was said meanwhile once and in order, and asks the database again', async () => {
      const file = join(import.meta.dirname, 'fixtures', 'keeps-pool.ts');
      const module = remote<typeof Fixture>(file, { egress: `${machineName}:${postgres.port}`, output: 'silent' });
      const thread = module.keepPool.spawn(machineName, postgres.port);
      assert.deepEqual(await once(thread.port, 'message'), ['ready']);
      assert.equal(await held(), 1);
      await pause(thread);
      while ((await held()) > 0) await wait(10);
      for (let number = 0; number < messages; number++) thread.port.postMessage({ number, padding });
      thread.port.postMessage('query');
      await thread.resume();
      const { heard, answer } = await thread;
      assert.equal(answer, 42);
      assert.deepEqual(
        heard.map((message) => Object(message).number),
        Array.from({ length: messages }, (_, number) => number),
      );
    });
  });
}

/** Where a container is just being made beside it, that has to be there first. */
async function pause(thread: { pause(): Promise<unknown> }): Promise<void> {
  for (;;) {
    try {
      return void (await thread.pause());
    } catch (error) {
      if (!String(error).includes('try again')) throw error;
      await wait(50);
    }
  }
}
