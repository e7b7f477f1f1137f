import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KeptThread } from '../../store/contract.ts';
import type { NatsLink } from '../nats/connection.ts';
import { testLink } from '../testing/links.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { KeptThreads } from './kept-threads.ts';
import { openThreadBucket } from './thread-bucket.ts';

const account = '123456789012';
const undo = new AsyncDisposableStack();
const signal = AbortSignal.timeout(240_000);
let nats: TestNats;
let link: NatsLink;

before(async () => {
  nats = undo.use(await startNatsServers(3));
  link = undo.use(await testLink(nats.settings));
});
after(() => undo.disposeAsync());

const options = { replicas: 3, keepMs: 60_000 };
const opened = (): KeptThreads => new KeptThreads(() => openThreadBucket(link, options, signal));
const numbers = { durationMs: 1, cpuMs: 2, memoryPeakMb: 3, logTail: 'said' };

test('what became of a detached thread is found by every host, large results included, and by a later run', async () => {
  const [one, two] = [opened(), opened()];
  const end = { ...numbers, ok: true, result: Buffer.from('result') } as const;
  const kept: KeptThread = { name: 'work', end, parts: [Buffer.alloc(3_000_000, 7), Buffer.from('end')] };
  await one.put(account, 'thread-1', kept);
  const found = await two.get(account, 'thread-1');
  assert.equal(found?.name, 'work');
  assert.deepEqual(found.end, end);
  assert.deepEqual(
    found.parts.map((part) => part.length),
    [3_000_000, 3],
  );
  assert.equal(await two.get(account, 'thread-2'), undefined);
  assert.equal(await two.get('210987654321', 'thread-1'), undefined);
});

test('one that ran when its host died is lost, and one that has ended is not', async () => {
  const threads = opened();
  await threads.begun(account, 'thread-3', 'long');
  const lost = await threads.get(account, 'thread-3');
  assert.equal(lost?.end.ok, false);
  assert.equal(!lost.end.ok && lost.end.kind, 'lost');
  await threads.put(account, 'thread-3', {
    name: 'long',
    end: { ...numbers, ok: true, result: Buffer.from('x') },
    parts: [],
  });
  assert.equal((await threads.get(account, 'thread-3'))?.end.ok, true);
});
