import { valuesText } from '../../model/metrics-text.ts';
import type { LimitHolder } from './holder/limit-holder.ts';
import type { LimitHome } from './home/limit-home.ts';
import { sharedPool } from './contract.ts';

/** What is to be known of limits that hold for all hosts, in Prometheus' text format. Accounts are no labels: their number has no bound. */
export function limitsText(
  holder: Pick<LimitHolder, 'counts' | 'shares'>,
  home: Pick<LimitHome, 'counts' | 'entries'>,
): string {
  const [mine, lent] = [holder.counts, home.counts];
  const shares = holder.shares();
  const held = shares.reduce((sum, share) => sum + (share.held().get(sharedPool) ?? 0), 0);
  const lapsed = shares.filter(({ lapsed: has }) => has).length;
  const accounts = [...home.entries()].length;
  return [
    counter('claims_total', 'Messages by which this host claimed tokens of limits from their homes.', mine.claims),
    counter('claim_failures_total', 'Of those, the ones that had no answer.', mine.failures),
    counter('waits_total', 'Calls and requests that waited for tokens of another host.', mine.waited),
    counter('wait_seconds_total', 'How long they waited, together.', mine.waitedMs / 1_000),
    gauge('held', 'Tokens for calls that nobody reserves which this host holds.', held),
    gauge(
      'lapsed',
      'Accounts of which this host lets nobody in, as their home was not heard for too long. To page on.',
      lapsed,
    ),
    gauge('accounts_at_home', 'Accounts whose limits this host keeps count of.', accounts),
    counter('home_claims_total', 'Claims of hosts that this host answered as a home.', lent.claims),
    counter(
      'home_refused_total',
      'Of those, the ones that it could not answer, as it was not the home, or not for sure.',
      lent.refused,
    ),
    counter('home_looks_total', 'Hosts that it asked what they hold.', lent.looks),
    counter('home_look_failures_total', 'Of those, the ones that did not answer.', lent.lookFailures),
    counter('home_expired_total', 'Times that what silent hosts held came back.', lent.expired),
  ].join('');
}

function counter(name: string, help: string, value: number): string {
  return valuesText('counter', `heddle_cluster_limits_${name}`, help, [], [[[], value]]);
}

function gauge(name: string, help: string, value: number): string {
  return valuesText('gauge', `heddle_cluster_limits_${name}`, help, [], [[[], value]]);
}
