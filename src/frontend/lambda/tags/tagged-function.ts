import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../api/errors.ts';
import { functionRef } from '../../../api/function-ref.ts';
import { servingVersion, type FunctionRecord } from '../../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { FunctionStore } from '../../../store/contract.ts';
import { capacityOfTags } from '../../checked-capacity.ts';
import { checkPolicies, policiesOfTags } from '../../checked-policies.ts';
import { egressOfTags, secretsOfTags } from '../../checked-egress.ts';
import type { LambdaContext } from '../context.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import { notFound } from '../find-function.ts';

/** Where the tags of a function are, by its ARN. */
export const tagsPath = '/2017-03-31/tags/:resource';

/** What else has tags on AWS; there is never any of it here. */
const otherKinds: Readonly<Record<string, string>> = {
  'capacity-provider': 'Capacity provider',
  'code-signing-config': 'Code signing config',
  'network-connector': 'Network connector',
};

/**
 * The function whose tags a request is about. Throws ResourceNotFoundException.
 *
 * Tags of functions are this room's: an operation a file, each of which begins with this or `changeTags`.
 */
export async function taggedFunction(functions: FunctionStore, request: ApiRequest): Promise<FunctionRecord> {
  const resource = request.parameter('resource');
  const [, , , , , kind = ''] = resource.split(':');
  const other = otherKinds[kind];
  if (other !== undefined) throw new ApiError('ResourceNotFoundException', `${other} not found: ${resource}`);
  const ref = functionRef(resource, request.scope);
  if (ref.qualifier !== undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  const record = await functions.get(request.scope.account, ref.name);
  if (record === undefined) throw notFound(ref);
  return record;
}

/**
 * Changes its tags. They decide nothing but what the code may connect to (`heddle:egress`), which secrets are put into its requests
 * (`heddle:secrets`), which policies bound it (`heddle:policy`) and what its
 * instances are like (`heddle:capacity`): where that changes, containers of before take no new work.
 */
export async function changeTags(
  {
    store,
    workerManager,
    deployed,
    policies,
  }: Pick<LambdaContext, 'store' | 'workerManager' | 'deployed' | 'policies'>,
  request: ApiRequest,
  change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> {
  const { latest, tags } = await taggedFunction(store.functions, request);
  checkPolicies(policies, latest.account, policiesOfTags(change(tags)));
  const record = await store.functions.update(latest.account, latest.name, (current) =>
    retagged(current, change(current.tags)),
  );
  if (record === undefined || record.latest.revisionId === latest.revisionId) return;
  const serving = servingVersion(record);
  workerManager.retire(serving.account, serving.name, serving.revisionId);
  if (record.state.status === 'Active') deployed(serving);
}

type Tagged = Pick<FunctionVersion, 'egress' | 'secrets' | 'capacity' | 'policies'>;

function retagged(current: FunctionRecord, tags: FunctionRecord['tags']): FunctionRecord {
  const said = {
    egress: egressOfTags(tags),
    secrets: secretsOfTags(tags),
    capacity: capacityOfTags(tags),
    policies: policiesOfTags(tags),
  };
  const { egress, secrets, capacity, policies } = current.latest;
  if (isDeepStrictEqual(said, { egress, secrets, capacity, policies })) return { ...current, tags };
  const { update } = current;
  const latest = withTagged(current.latest, said);
  if (update.status === 'Successful') return { ...current, tags, latest };
  return { ...current, tags, latest, update: { ...update, serving: withTagged(update.serving, said) } };
}

function withTagged(
  { egress: _egress, secrets: _secrets, capacity: _capacity, policies: _policies, ...version }: FunctionVersion,
  { egress, secrets, capacity, policies }: { readonly [K in keyof Tagged]: Tagged[K] | undefined },
): FunctionVersion {
  return {
    ...version,
    revisionId: randomUUID(),
    ...(egress === undefined ? {} : { egress }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(policies === undefined ? {} : { policies }),
  };
}
