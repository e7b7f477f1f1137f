import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { openInProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { Dispatcher } from './dispatcher.ts';

test('an event that is read from the store before its own acceptance is known runs once', async () => {
  await using store = openInProcessStore(':memory:');
  const ran: string[] = [];
  const { promise: ends, resolve: end } = Promise.withResolvers<void>();
  const dispatcher = new Dispatcher({
    store: store.parts.events,
    clock: new HandClock('2026-01-01T00:00:00Z'),
    logger: pino({ level: 'silent' }),
    work: async ({ requestId }) => {
      ran.push(requestId);
      await ends;
      return { kind: 'end', condition: 'Success', next: [] };
    },
    ageMsMax: async () => Number.POSITIVE_INFINITY,
    expire: async () => ({ kind: 'left' }),
  });
  const name = { account: '000000000000', line: 'f' };
  const event = { ...name, requestId: 'r', acceptedMs: 0, payload: new Uint8Array(1), detail: '' };
  // As where many operations are answered at once: the log of a home has all of them in one entry.
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const accepted = dispatcher.add(event, async () => {
    const kept = await store.parts.events.accept({ event, room: { eventsMax: 9, bytesMax: 9_999 } });
    dispatcher.look([name]);
    await answered;
    return kept.kind === 'accepted' ? kept.id : undefined;
  });
  while (ran.length === 0) await turn();
  answer();
  await accepted;
  await turn();
  assert.deepEqual(ran, ['r']);
  end();
  await dispatcher.settled();
  assert.deepEqual(ran, ['r']);
  dispatcher.stop();
});
