import type { AsyncEvents } from '../../events/async/async-events.ts';
import type { KindTotals, LineKind } from '../../events/async/lines/line-totals.ts';
import { tallied } from '../../events/async/tally.ts';
import type { Clock } from '../../model/clock.ts';
import { valuesText } from '../../model/metrics-text.ts';
import { earliest } from './tallies.ts';

/** What waits of asynchronous invocations and of what they end in, and what happened to them, in Prometheus' text format. */
export async function eventsText(all: readonly AsyncEvents[], clock: Clock): Promise<string> {
  const nowMs = clock.wall();
  let readable = 1;
  const totals = await Promise.all(all.map((events) => events.totals())).catch(() => {
    // Said below, and in the log by whoever needed it for an event.
    readable = 0;
    return [];
  });
  const gauge = (name: string, help: string, value: (totals: KindTotals) => number): string => {
    const of = (kind: LineKind): number => value(totals.map((one) => one[kind]).reduce(both, none));
    return valuesText(
      'gauge',
      name,
      help,
      ['kind'],
      [
        [['function'], of('function')],
        [['destination'], of('destination')],
      ],
    );
  };
  const age = ({ oldestMs = nowMs }: KindTotals): number => Math.max(0, nowMs - oldestMs) / 1_000;
  return [
    gauge(
      'heddle_events_waiting',
      'Asynchronous invocations, and results on their way to destinations.',
      (of) => of.depth,
    ),
    gauge(
      'heddle_events_waiting_bytes',
      'What asynchronous invocations and results that wait take on the disk.',
      (of) => of.bytes,
    ),
    gauge(
      'heddle_events_in_flight',
      'Asynchronous invocations that run, and results that are being sent.',
      (of) => of.inFlight,
    ),
    gauge(
      'heddle_events_retrying',
      'Asynchronous invocations and results that wait after a failure.',
      (of) => of.retrying,
    ),
    gauge('heddle_events_oldest_age_seconds', 'Age of the oldest asynchronous invocation or result that waits.', age),
    valuesText('gauge', 'heddle_events_readable', 'Whether what is kept of events can be read.', [], [[[], readable]]),
    valuesText(
      'counter',
      'heddle_events_total',
      'What happened to asynchronous invocations since the service started.',
      ['what'],
      tallied.map((what) => [[what], all.reduce((sum, { tally }) => sum + tally.of(what), 0)] as const),
    ),
  ].join('\n');
}

const none: KindTotals = { depth: 0, bytes: 0, retrying: 0, oldestMs: undefined, inFlight: 0 };

function both(one: KindTotals, other: KindTotals): KindTotals {
  return {
    depth: one.depth + other.depth,
    bytes: one.bytes + other.bytes,
    retrying: one.retrying + other.retrying,
    oldestMs: earliest(one.oldestMs, other.oldestMs),
    inFlight: one.inFlight + other.inFlight,
  };
}
