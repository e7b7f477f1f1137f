import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { openInProcessStore } from '../../../store/durable/testing/in-process-store.ts';
import { HandClock } from '../../testing/hand-clock.ts';
import { brokenMs, writeDown } from './write-down.ts';

const start = '2027-01-01T00:00:00Z';

test('what cannot be written because the disk is broken is written later, and the event not given back meanwhile', async () => {
  await using store = openInProcessStore(':memory:');
  const { events } = store.parts;
  const clock = new HandClock(start);
  const name = { account: '111111111111', line: 'f' };
  const event = { ...name, requestId: 'r', acceptedMs: clock.wall(), payload: Buffer.from('{}'), detail: '' };
  const room = { eventsMax: 10, bytesMax: 1_000_000 };
  await events.accept({ event, room });
  const [kept] = (await events.take({ ...name, nowMs: clock.wall(), max: 1, bytesMax: 100, held: [] })).events;
  assert.ok(kept !== undefined);
  let broken = true;
  const failing: typeof events.end = async (...input) => {
    if (broken) throw new Error('disk I/O error');
    return await events.end(...input);
  };
  const options = {
    store: new Proxy(events, { get: (real, key) => (key === 'end' ? failing : Reflect.get(real, key)) }),
    clock,
    logger: pino({ level: 'silent' }),
  };
  let over = false;
  const became = { kind: 'end', condition: 'Success', next: [] } as const;
  const writing = writeDown(kept, became, options, () => false).then(() => (over = true));
  await new Promise(setImmediate);
  assert.equal(over, false);
  broken = false;
  clock.moveTo(clock.wall() + brokenMs);
  await writing;
  assert.equal((await events.summary({ max: 10 }))[0]?.depth, 0);
});
