import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString } from '../../../api/json-input.ts';
import { permissionStatement } from '../../../api/policy/permission.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import { qualifiedArn, requestedFunction } from '../find-function.ts';
import { policyWith, type Policies } from './policies.ts';

export function addPermission(policies: Policies): Operation {
  return {
    name: 'AddPermission',
    method: 'POST',
    path: `${functionsPath}/:functionName/policy`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      const input = jsonInput(request.body);
      const statement = permissionStatement(input, qualifiedArn(ref));
      const ifRevisionId = optionalString(input, 'RevisionId') || undefined;
      await policies.change(ref, { ifRevisionId, toldBy: 'GetPolicy' }, (current) => {
        const statements = current?.Statement ?? [];
        if (statements.some(({ Sid }) => Sid === statement.Sid))
          throw new ApiError(
            'ResourceConflictException',
            `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          );
        return policyWith(current, [...statements, statement]);
      });
      return { status: 201, body: { Statement: JSON.stringify(statement) } };
    },
  };
}
