import type { Usage } from '../../model/accounts/usage.ts';
import { valuesText } from '../../model/metrics-text.ts';
import type { LabelBound } from './label-bound.ts';

const gbBytes = 1_073_741_824;

/** What accounts used since the service started, in Prometheus' text format. Beyond `bound` they are told together. */
export function usageText(totals: ReadonlyMap<string, Usage>, bound: LabelBound): string {
  const counter = (name: string, help: string, value: (used: Usage) => number): string => {
    const sums = new Map<string, number>();
    for (const [account, used] of totals) {
      const named = bound.of(account);
      sums.set(named, (sums.get(named) ?? 0) + value(used));
    }
    const values = Array.from(sums, ([account, sum]) => [[account], sum] as const);
    return valuesText('counter', `heddle_account_${name}_total`, help, ['account'], values);
  };
  return [
    counter('requests', 'Invocations of the account that ended.', ({ requests }) => requests),
    counter('errors', 'Of those, the ones that ended in an error of the function.', ({ errors }) => errors),
    counter(
      'memory_byte_seconds',
      'Memory of its functions times the time that they ran, as it is billed: 1,073,741,824 are a GB-second.',
      ({ gbSeconds }) => gbSeconds * gbBytes,
    ),
    counter('egress_bytes', 'Bytes that left its instances over connections.', ({ egressBytes }) => egressBytes),
  ].join('\n');
}
