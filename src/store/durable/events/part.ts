import type { Accepted, AcceptInput, EventOperations } from '../contracts/events.ts';
import type { Part } from '../part.ts';
import { bytesOfEvent, KeptEvents } from './kept-events.ts';
import { Keys } from './keys.ts';
import { Lines } from './lines.ts';
import { Reports } from './reports.ts';
import { planning } from './planning.ts';
import { eventTables } from './schema.ts';

/**
 * Asynchronous invocations, and what is sent to destinations because of them. In this room, `kept-events.ts` has the events, `reports.ts` what people are told of them, `lines.ts` sums of
 * them by function and by account, `keys.ts` the keys that make a repeated request the first one.
 */
export const events: Part<EventOperations> = {
  migrations: [eventTables],
  accepting: ['accept', 'claim'],
  open(database) {
    const lines = new Lines(database);
    const kept = new KeptEvents(database, lines);
    const keys = new Keys(database);
    const reports = new Reports(database, lines);

    function accept({ event, room, key }: AcceptInput): Accepted {
      const state = key === undefined ? undefined : keys.claim(key);
      if (state?.kind === 'answered') return { kind: 'known', requestId: state.requestId };
      if (state?.kind === 'other' || state?.kind === 'full') return state;
      const why = lines.fullness(event.account, bytesOfEvent(event), room);
      if (why !== undefined) {
        if (key !== undefined) keys.release(key);
        return { kind: 'full', why };
      }
      if (key !== undefined) keys.answer(key, { status: 202, headers: {}, body: new Uint8Array() });
      return { kind: 'accepted', id: kept.add(event) };
    }

    return {
      accept,
      take: (input) => kept.take(input),
      begin: ({ id, atMs }) => kept.begin(id, atMs),
      unbegin: (id) => kept.unbegin(id),
      retry: (input) => kept.retry(input),
      end: (input) => kept.end(input, input.condition === 'Success'),
      lines: ({ nowMs }) => lines.busy(nowMs),
      summary: (page) => lines.summary(page),
      totals: ({ after, max }) => lines.totals(after, max),
      find: ({ account, requestId }) => reports.find(account, requestId),
      ofLine: ({ account, line, max }) => reports.ofLine(account, line, max),
      purge: (input) => kept.purge(input),
      claim: (input) => keys.claim(input),
      answer: ({ answer, ...key }) => keys.answer(key, answer),
      release: (key) => keys.release(key),
      ...planning(database),
    };
  },
};
