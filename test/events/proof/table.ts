import type { KindVerdict, Verdict, Why } from './check.ts';
import { kinds } from './history.ts';

const whys: readonly Why[] = ['death while it ran', 'death while it was delivered', 'retry', 'too slow'];

/** A verdict for people: one column a kind. */
export function table({ deaths, kinds: of }: Verdict): string {
  const row = (what: string, value: (kind: KindVerdict) => number): string =>
    `${what.padEnd(42)}${kinds.map((kind) => String(value(of[kind])).padStart(10)).join('')}`;
  return [
    `${`after ${deaths} deaths`.padEnd(42)}${kinds.map((kind) => kind.padStart(10)).join('')}`,
    row('acknowledged', ({ acknowledged }) => acknowledged),
    row('  executed', ({ executed }) => executed),
    row('  dead-lettered (executed or not)', ({ deadLettered }) => deadLettered),
    row('  lost', ({ lost }) => lost.length),
    row('without an answer, the service having died', ({ unanswered }) => unanswered),
    row('  of these, ran all the same', ({ unansweredButRan }) => unansweredButRan),
    row('runs of what had run before', ({ again, unexplained }) => again.length + unexplained.length),
    ...whys.map((why) => row(`  ${why}`, ({ again }) => again.filter((one) => one.why === why).length)),
    row('  not explained', ({ unexplained }) => unexplained.length),
    row('deaths with such runs', ({ again }) => new Set(again.flatMap(({ death }) => death ?? [])).size),
  ].join('\n');
}
