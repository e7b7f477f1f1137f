import type { Usage } from '../../model/accounts/usage.ts';
import { valuesText } from '../../model/metrics-text.ts';

/** What accounts used since the service started, in Prometheus' text format. */
export function usageText(totals: ReadonlyMap<string, Usage>): string {
  const counter = (name: string, help: string, member: keyof Usage): string =>
    valuesText(
      'counter',
      `heddle_account_${name}_total`,
      help,
      ['account'],
      Array.from(totals, ([account, used]) => [[account], used[member]] as const),
    );
  return [
    counter('requests', 'Invocations of the account that ended.', 'requests'),
    counter('errors', 'Of those, the ones that ended in an error of the function.', 'errors'),
    counter('gb_seconds', 'Memory of its functions times the time that they ran.', 'gbSeconds'),
    counter('egress_bytes', 'Bytes that left its instances over connections.', 'egressBytes'),
  ].join('\n');
}
