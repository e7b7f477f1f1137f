import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString, requiredString } from '../../../api/json-input.ts';
import { parsePolicy } from '../../../api/policy/document.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { policyReply } from './get-policy.ts';
import { resourceRef, type Policies } from './policies.ts';

/** Where the policy of a function, a version or an alias is, by its ARN. */
const path = '/2026-07-09/resource-policy/:resourceArn';

export function getResourcePolicy(policies: Policies): Operation {
  return {
    name: 'GetResourcePolicy',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    run: async (request) =>
      policyReply(await policies.get(resourceRef(request.parameter('resourceArn'), request.scope))),
  };
}

/** Replaces the whole policy, also what AddPermission put there. */
export function putResourcePolicy(policies: Policies): Operation {
  return {
    name: 'PutResourcePolicy',
    method: 'PUT',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = resourceRef(request.parameter('resourceArn'), request.scope);
      const input = jsonInput(request.body);
      const policy = parsePolicy(requiredString(input, 'Policy'));
      const ifRevisionId = optionalString(input, 'RevisionId') || undefined;
      const revisionId = await policies.change(ref, { ifRevisionId, toldBy: 'GetResourcePolicy' }, () => policy);
      return policyReply({ policy, revisionId });
    },
  };
}

export function deleteResourcePolicy(policies: Policies): Operation {
  return {
    name: 'DeleteResourcePolicy',
    method: 'DELETE',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = resourceRef(request.parameter('resourceArn'), request.scope);
      const ifRevisionId = request.query('RevisionId') || undefined;
      await policies.change(ref, { ifRevisionId, toldBy: 'GetResourcePolicy' }, (current) => {
        if (current !== undefined) return undefined;
        throw new ApiError('ResourceNotFoundException', 'No policy is associated with the given resource.');
      });
      return { status: 204 };
    },
  };
}
