import { table } from '../../../src/cli/output/table.ts';
import { answerMsMax, type Verdict } from '../history/check.ts';
import { ways } from '../history/history.ts';

/** What happened, for people. */
export function verdictTables({ events, calls, inVain, writes, holders, fenced }: Verdict): string {
  const right = (heading: string): { heading: string; align: 'right' } => ({ heading, align: 'right' });
  const eventRows = ways.map((way) => {
    const { submitted, acknowledged, unanswered, refused, lost, ranAgain, unexplained, deadLettered } = events[way];
    return [
      way,
      ...[submitted, acknowledged, unanswered, refused, lost.length, ranAgain, unexplained.length, deadLettered].map(
        String,
      ),
    ];
  });
  const heads = [
    'SUBMITTED',
    'ACKNOWLEDGED',
    'UNANSWERED',
    'REFUSED',
    'LOST',
    'RAN AGAIN',
    'FOR NOTHING',
    'DEAD-LETTERED',
  ];
  const callRows = (['before', 'during', 'apart', 'after'] as const).map((when) => {
    const { answered, refused, broken, late, p50Ms, p99Ms, slowestMs } = calls[when];
    return [
      when,
      ...[answered, refused, broken, late.length].map(String),
      ...[p50Ms, p99Ms, slowestMs].map((ms) => ms.toFixed(0)),
    ];
  });
  const callHeads = [
    'ANSWERED',
    'REFUSED',
    'BROKEN',
    `AFTER ${answerMsMax / 1_000} S`,
    'P50 MS',
    'P99 MS',
    'SLOWEST MS',
  ];
  const longer = `During faults the p99 of calls that were answered was ${(calls.during.p99Ms / calls.before.p99Ms).toFixed(2)} times what it was before.`;
  return [
    table([{ heading: 'EVENTS' }, ...heads.map(right)], eventRows),
    table([{ heading: 'CALLS' }, ...callHeads.map(right)], callRows),
    ...(calls.during.answered > 0 && calls.before.answered > 0 ? [longer] : []),
    `${inVain} calls were sent to hosts that were dead. The lock was held ${holders} times, for ${writes} writes; ${fenced} of those came from who had lost it, and were refused.`,
  ].join('\n\n');
}
