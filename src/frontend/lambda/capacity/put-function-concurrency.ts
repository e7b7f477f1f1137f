import { checkRange, constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalInteger } from '../../../api/json-input.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { latestNotFound } from '../find-function.ts';
import { existing } from './existing.ts';
import { checkLeft, reserve, reservedFor } from './concurrency.ts';
import { provisionedSum } from './provisioned.ts';

/** Reserves so many calls at once for a function, at once. */
export function putFunctionConcurrency(context: LambdaContext): Operation {
  const { store } = context;
  return {
    name: 'PutFunctionConcurrency',
    method: 'PUT',
    path: '/2017-10-31/functions/:functionName/concurrency',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name } = await existing(store, request, latestNotFound);
      const wanted = optionalInteger(jsonInput(request.body), 'ReservedConcurrentExecutions');
      if (wanted === undefined) throw constraintError('reservedConcurrentExecutions', null, 'Member must not be null');
      checkRange('reservedConcurrentExecutions', wanted, 0, Number.MAX_SAFE_INTEGER);
      const provisioned = provisionedSum(store, account, name);
      const before = reservedFor(store, account, name) ?? provisioned;
      checkLeft(context, account, wanted - before, 'ReservedConcurrentExecutions');
      if (wanted < provisioned)
        throw new ApiError(
          'InvalidParameterValueException',
          `ReservedConcurrentExecutions  ${wanted} should not be lower than function's total provisioned concurrency [${provisioned}].`,
        );
      await reserve(context, account, name, wanted);
      return { status: 200, body: { ReservedConcurrentExecutions: wanted } };
    },
  };
}
