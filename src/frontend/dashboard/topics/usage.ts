import type { FrontendOptions } from '../../context.ts';
import type { Topic, Viewer } from '../topic.ts';

const hourMs = 3_600_000;
/** Functions that are told of: those that have used something within two hours. */
const recordsMax = 5_000;

/** What functions have used in this hour and the one before, a UsageRecord for each of both: those of the account, and those of all for the operator. Who looks at both sides of a full hour misses nothing. */
export function openUsage({ usage, clusterView, clock }: FrontendOptions): Topic {
  return {
    name: 'usage',
    everyMs: 1_000,
    waits: clusterView !== undefined,
    async rows({ account, operator }: Viewer) {
      const untilMs = clock.wall();
      const sinceMs = Math.floor(untilMs / hourMs) * hourMs - hourMs;
      const span = { sinceMs, untilMs, ...(!operator && { account }) };
      const { found, silent } =
        clusterView === undefined ? { found: usage.read(span), silent: [] } : await clusterView.usage(span);
      const rows = found
        .slice(0, recordsMax)
        .map((row) => [`${row.account} ${row.functionName} ${row.fromMs}`, row] as const);
      return { rows: new Map(rows), silentHosts: silent };
    },
  };
}
