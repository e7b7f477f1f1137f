import type { EgressRow } from '../../../model/dashboard/network.ts';
import type { EgressTotals } from '../../../model/network.ts';
import type { FrontendOptions } from '../../context.ts';
import { joinedEgress, joining } from '../over-hosts/join.ts';
import type { Topic } from '../topic.ts';

/** What the account's functions connected to since the service started, an EgressRow each. */
export function openEgress({ egressTotals, store }: FrontendOptions): Topic {
  const own = (account: string): readonly EgressTotals[] =>
    egressTotals?.().filter((one) => one.account === account && (one.connections > 0 || one.refusals > 0)) ?? [];
  return {
    name: 'egress',
    everyMs: 1_000,
    over: { at: 'hosts', join: joining('targets', joinedEgress) },
    isThere: ({ account }) => own(account).length > 0,
    async rows({ account }) {
      const rows = await Promise.all(
        own(account).map(async ({ targets = [], account: _own, moved: _moved, ...counts }): Promise<EgressRow> => {
          const record = await store.functions.get(account, counts.functionName);
          const policy = record?.latest.egress;
          return {
            ...counts,
            ...(record === undefined && counts.functionName !== '' && { thread: true }),
            ...(policy !== undefined && { policy }),
            targets: targets.toReversed(),
          };
        }),
      );
      return new Map(rows.map((row) => [row.functionName, row]));
    },
  };
}
