import { ApiError } from '../../../api/errors.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax, type Operation } from '../../routes/operation.ts';
import { operatorsOnly } from '../accounts/find-account.ts';

/** The cluster as this host sees it: a `ClusterSnapshot`. The operator's. */
export function getCluster({ clusterView, store }: FrontendOptions): Operation {
  return operatorsOnly(store.accounts, {
    name: 'GetCluster',
    method: 'GET',
    path: '/heddle/v1/cluster',
    bodyBytesMax: smallBodyBytesMax,
    async run() {
      if (clusterView !== undefined) return { status: 200, body: await clusterView.snapshot() };
      throw new ApiError(
        'ResourceNotFoundException',
        'This service belongs to no cluster: it was started without --cluster.',
      );
    },
  });
}
