import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoppingError } from '../model/errors.ts';
import { openDurableStore } from '../store/durable/open.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Events } from './events.ts';
import { fakeWorkerManager } from './testing/fake-worker-manager.ts';
import { testEvents } from './testing/test-events.ts';

const account = '123456789012';

async function withEvents(run: (events: Events, home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-events-'));
  try {
    await using store = openSqliteStore(home);
    await using durable = openDurableStore(home);
    const workerManager = fakeWorkerManager();
    const events = testEvents({ durable, store, workerManager, region: 'eu-west-1', account });
    await run(events, home);
    events.stop();
    await events.settled();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test('nothing of events is loaded by a start, or a look, where there never were any', async () => {
  await withEvents(async (events) => {
    await events.begin();
    assert.equal(await events.inUse(), undefined);
    assert.equal(events.durable.used, false);
  });
});

test('all who use events first at the same time get the same', async () => {
  await withEvents(async (events) => {
    const [one, other] = await Promise.all([events.open(), events.open()]);
    assert.equal(one, other);
    assert.equal(await events.inUse(), one);
  });
});

test('what was kept before is taken up at the start', async () => {
  await withEvents(async (events, home) => {
    await events.durable.parts.schedules.createGroup({ account, name: 'g', createdAt: 0, modifiedAt: 0, tags: {} });
    await events.durable[Symbol.asyncDispose]();
    await using durable = openDurableStore(home);
    await using store = openSqliteStore(join(home, 'other'));
    const workerManager = fakeWorkerManager();
    const next = testEvents({ durable, store, workerManager, region: 'eu-west-1', account });
    await next.begin();
    assert.notEqual(await next.inUse(), undefined);
    next.stop();
    await next.settled();
  });
});

test('a stop that comes while events are loaded stops them, and later nothing is loaded', async () => {
  await withEvents(async (events) => {
    const opening = events.open();
    events.stop();
    const { async } = await opening;
    const invocation = { account, functionName: 'f', requestId: 'r', payload: new Uint8Array() };
    await assert.rejects(async.accept(invocation), StoppingError);
    await events.settled();
  });
  await withEvents(async (events) => {
    events.stop();
    await assert.rejects(events.open(), StoppingError);
    assert.equal(await events.inUse(), undefined);
  });
});
