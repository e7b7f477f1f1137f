import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { limits } from '../../model/limits.ts';
import { ThreadBook } from './thread-book.ts';
import type { ThreadEnding, ThreadOrdered } from './thread-record.ts';

const ended: ThreadEnding = { outcome: 'ok', resultBytes: 3, cpuMs: 1, memoryPeakMb: 20, log: '' };

function order(id: string, job = 'j', bornAt = 0): ThreadOrdered {
  return { id, job, name: `thread ${id}`, memoryMb: 256, runtime: 'nodejs24.x', argumentBytes: 5, bornAt };
}

test('what happens to a thread stands in its row, by when it was ordered', async () => {
  const clock = new VirtualClock();
  const book = new ThreadBook(clock);
  const record = book.ordered('a', order('t', 'j', clock.now()));
  await clock.advance(5);
  record.placed({ instanceId: 'i', containerId: 'c' });
  record.started(clock.now() + 2, 'reused-container', undefined);
  await clock.advance(10);
  const over = record.waits('mutex easel');
  record.message('to');
  await clock.advance(20);
  over();
  const before = record.row();
  assert.equal(record.row(), before, 'the same object, as nothing has changed');
  record.part('from', 100);
  record.ended({ ...ended, outcome: 'throw', error: { type: 'E', message: 'm', trace: [] } });
  const { bornAtMs: _, ...row } = record.row();
  assert.deepEqual(row, {
    name: 'thread t',
    placedMs: 5,
    startedMs: 7,
    endedMs: 35,
    path: 'reused-container',
    instance: 'i',
    container: 'c',
    end: 'throw',
    to: [15],
    waits: [['mutex easel', 15, 35]],
  });
  const { argumentBytes, resultBytes, messagesTo, error } = record.detail();
  assert.deepEqual([argumentBytes, resultBytes, messagesTo, error?.type], [5, 103, 1, 'E']);
});

test('jobs count their threads, and are over when all of these are', () => {
  const clock = new VirtualClock();
  const book = new ThreadBook(clock);
  const [one, other] = [book.ordered('a', order('t1')), book.ordered('a', order('t2'))];
  one.placed(undefined);
  const job = (): unknown => {
    const [[, { name, threads, queued, running, failed, endedAtMs }] = assert.fail()] = [...book.jobs('a')];
    return { name, threads, queued, running, failed, over: endedAtMs !== undefined };
  };
  assert.deepEqual(job(), { name: 'thread t1', threads: 2, queued: 1, running: 1, failed: 0, over: false });
  one.ended(ended);
  other.ended({ ...ended, outcome: 'lost' });
  assert.deepEqual(job(), { name: 'thread t1', threads: 2, queued: 0, running: 0, failed: 1, over: true });
});

test('the newest are kept of an account, and none is another’s', () => {
  const book = new ThreadBook(new VirtualClock());
  const max = limits.threadsRecordedPerAccount;
  for (let n = 0; n < max + 2; n++) book.ordered('a', order(`t${n}`, n < 2 ? 'old' : 'new'));
  assert.equal(book.find('a', 't1'), undefined);
  assert.equal(book.threads('a', 'new').size, max);
  assert.deepEqual(
    [...book.jobs('a')].map(([id]) => id),
    ['new'],
  );
  assert.equal(book.find('b', 't5'), undefined);
  assert.equal(book.threads('b', 'new').size, 0);
  assert.equal(book.newest('a', 1)[0]?.ordered.id, `t${max + 1}`);
});

test('whatever a thread does, what is kept of it is bounded', () => {
  const book = new ThreadBook(new VirtualClock());
  const record = book.ordered('a', order('t'));
  for (let n = 0; n < 1_000; n++) {
    record.message('to');
    record.message('from');
    record.waits(`mutex ${'x'.repeat(1_000)}`)();
  }
  record.ended({ ...ended, log: 'x'.repeat(100_000) });
  const bytes = JSON.stringify(record.detail()).length;
  assert.ok(bytes < 8_000, `${bytes}`);
  assert.equal(record.detail().messagesFrom, 1_000);
});
