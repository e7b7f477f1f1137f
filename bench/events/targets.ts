import { atLeast, atMost, plain, ratio, type Find, type Target } from '../target.ts';

/** Of a peer, or of a way to hand over events. */
const kept = (who: string): ((find: Find) => number | undefined) =>
  plain('events', 'host', 'kept, 16 connections: events', who);
/** What events are to reach. */
export const eventTargets: readonly Target[] = [
  atLeast('events kept with fsync (host), per s', 5_000, kept('Event')),
  atLeast('messages kept with fsync (host), per s', 5_000, kept('SendMessage')),
  atLeast(
    'messages kept with fsync (host) ÷ an SQS server in memory',
    3,
    ratio(kept('SendMessage'), kept('sqslite (in memory)')),
  ),
  atLeast('events kept (host) ÷ PostgreSQL behind HTTP', 1, ratio(kept('Event'), kept('PostgreSQL behind HTTP'))),
  atMost(
    'an event, idle: sent to the first line of code (host), p50, ms',
    5,
    plain('events', 'host', 'idle: sent to the first line of code, p50', 'Event'),
    true,
  ),
];
