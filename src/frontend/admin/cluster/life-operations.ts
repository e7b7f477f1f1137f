import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import type { ClusterLife } from '../../../cluster/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { smallBodyBytesMax, type ApiRequest, type Operation } from '../../routes/operation.ts';
import { operatorsOnly } from '../accounts/find-account.ts';

/** What the operator does with hosts: `POST /heddle/v1/cluster/drain`, `GET` of how far it is, `DELETE /heddle/v1/cluster/hosts/HOST`, and `POST /heddle/v1/cluster/leave` of the host that is asked. */
export function lifeOperations({ clusterLife, store }: FrontendOptions): readonly Operation[] {
  const life = (): ClusterLife => {
    if (clusterLife !== undefined) return clusterLife;
    throw new ApiError(
      'ResourceNotFoundException',
      'This service belongs to no cluster: it was started without --cluster.',
    );
  };
  const operations: readonly Operation[] = [
    {
      name: 'DrainHost',
      method: 'POST',
      path: '/heddle/v1/cluster/drain',
      bodyBytesMax: smallBodyBytesMax,
      run: async (request) => {
        const { host, draining } = drainBody(request);
        return { status: 200, body: await life().drain(host, draining) };
      },
    },
    {
      name: 'GetHostDrain',
      method: 'GET',
      path: '/heddle/v1/cluster/drain',
      bodyBytesMax: smallBodyBytesMax,
      run: async (request) => ({ status: 200, body: await life().drainState(request.query('host') ?? '') }),
    },
    {
      name: 'RemoveHost',
      method: 'DELETE',
      path: '/heddle/v1/cluster/hosts/:host',
      bodyBytesMax: smallBodyBytesMax,
      run: async (request) => ({ status: 200, body: await life().remove(request.parameter('host')) }),
    },
    {
      name: 'LeaveCluster',
      method: 'POST',
      path: '/heddle/v1/cluster/leave',
      bodyBytesMax: smallBodyBytesMax,
      run: async () => ({ status: 200, body: await life().leave() }),
    },
  ];
  return operations.map((operation) => operatorsOnly(store.accounts, operation));
}

function drainBody({ body }: ApiRequest): { readonly host: string; readonly draining: boolean } {
  const { host, draining } = jsonInput(body);
  if (typeof host === 'string' && typeof draining === 'boolean') return { host, draining };
  throw new ApiError(
    'InvalidParameterValueException',
    '`host` is the name or id of a host ("" for this one), and `draining` is true or false.',
  );
}
