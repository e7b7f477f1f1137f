import { ApiError } from '../../../api/errors.ts';
import { checkStatementId } from '../../../api/policy/permission.ts';
import type { Store } from '../../../store/contract.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import { policyWith, type Policies } from './policies.ts';

export function removePermission({ functions }: Pick<Store, 'functions'>, policies: Policies): Operation {
  return {
    name: 'RemovePermission',
    method: 'DELETE',
    path: `${functionsPath}/:functionName/policy/:statementId`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      const sid = request.parameter('statementId');
      checkStatementId(sid);
      if ((await functions.get(ref.account, ref.name)) === undefined)
        throw new ApiError('ResourceNotFoundException', `No policy found for: ${ref.arn}`);
      const ifRevisionId = request.query('RevisionId') || undefined;
      await policies.change(ref, { ifRevisionId, toldBy: 'GetFunction/GetAlias' }, (current) => {
        if (current === undefined)
          throw new ApiError('ResourceNotFoundException', 'No policy is associated with the given resource.');
        const left = current.Statement.filter(({ Sid }) => Sid !== sid);
        if (left.length === current.Statement.length)
          throw new ApiError('ResourceNotFoundException', `Statement ${sid} is not found in resource policy.`);
        return left.length === 0 ? undefined : policyWith(current, left);
      });
      return { status: 204 };
    },
  };
}
