import { SummarySender } from '../../src/cluster/placement/summary/sender.ts';
import { Pace } from '../../src/cluster/placement/summary/pace.ts';
import type { HostFacts, HostSummary, SummaryRow } from '../../src/cluster/placement/summary/summary.ts';
import { blankKinds } from '../../src/model/runtimes/configuration.ts';
import { seededRandom } from '../../test/simulation/random.ts';

const facts: HostFacts = {
  processors: 16,
  functionMbMax: 10_240,
  isolation: 1,
  directChannels: true,
  kinds: blankKinds,
};
const beatMs = 500;
const minuteMs = 60_000;

/** Bytes that a host says a second of so many functions, each its own account's, of which a part changes from beat to beat; over a minute. */
export function bytesPerSecond(functions: number, changing: number): number {
  const random = seededRandom(1);
  const some = (most: number): number => Math.floor(random() * most);
  const rows = (of: number): SummaryRow[] =>
    Array.from({ length: functions }, (_, nth) => ({ key: of * 2 ** 40 + nth * 7_919, a: some(12), b: 1 + some(12) }));
  let [codes, owners] = [rows(1), rows(2)];
  const change = (row: SummaryRow): SummaryRow =>
    random() < changing ? { key: row.key, a: some(12), b: 1 + some(12) } : row;
  const sender = new SummarySender(1);
  const pace = new Pace();
  let [sum, last] = [0, 0];
  for (let now = 0; now < minuteMs; now += beatMs) {
    [codes, owners] = [codes.map(change), owners.map(change)];
    const load = { wanted: random() * 16, running: some(100), waiting: some(10) };
    const memory = { memoryMb: 60_000, memoryFreeMb: some(60_000), memoryIdleMb: some(60_000) };
    const summary: HostSummary = {
      facts,
      state: { takes: true, full: false, ...load, ...memory },
      warm: facts.kinds.map(() => some(2)),
      tables: { codes, owners, provisioned: [] },
    };
    if (!pace.may(last, functions, now)) continue;
    last = sender.next(summary, [], now).length;
    pace.said(last, now);
    sum += last;
  }
  return sum / (minuteMs / 1_000);
}
