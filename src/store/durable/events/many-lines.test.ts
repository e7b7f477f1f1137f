import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLines, lineTotals } from '../../../events/async/lines/line-totals.ts';
import { openInProcessStore } from '../testing/in-process-store.ts';

const room = { eventsMax: 1_000, bytesMax: 1_000_000 };

test('lines and totals of them are the same, whatever the slices in which they are read', async () => {
  await using store = openInProcessStore(':memory:');
  const { events } = store.parts;
  const accept = async (account: string, line: string, acceptedMs: number): Promise<number> => {
    const event = { account, line, requestId: 'r', acceptedMs, payload: Buffer.from('{}'), detail: '' };
    const accepted = await events.accept({ event, room });
    assert(accepted.kind === 'accepted');
    return accepted.id;
  };
  for (let n = 0; n < 5; n += 1) {
    await accept('1', `f${n}`, 500 - n);
    await accept('2', `arn:aws:sqs:::q${n}`, 900 + n);
  }
  const retried = await accept('1', 'f0', 100);
  await events.retry({ id: retried, dueMs: 9_000, errors: 1, faults: 0, attempt: { atMs: 1 } });
  const ended = await accept('1', 'over', 1);
  await events.end({ id: ended, endedMs: 2, condition: 'Success', next: [] });
  const summary = await allLines(events, undefined);
  assert.equal(summary.length, 11);
  const bytes = (isOf: (line: string) => boolean): number =>
    summary.filter(({ line }) => isOf(line)).reduce((sum, line) => sum + line.bytes, 0);
  const totals = {
    function: { depth: 6, bytes: bytes((line) => !line.includes(':')), retrying: 1, oldestMs: 496 },
    destination: { depth: 5, bytes: bytes((line) => line.includes(':')), retrying: 0, oldestMs: 900 },
  };
  for (const max of [1, 2, 5, 10, 11, 12, 1_000]) {
    assert.deepEqual(await lineTotals(events, max), totals);
    assert.deepEqual(await allLines(events, undefined, max), summary);
    assert.deepEqual((await allLines(events, '1', max)).length, 6);
  }
});
