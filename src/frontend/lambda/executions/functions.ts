import { ApiError } from '../../../api/errors.ts';
import { functionRef, type FunctionRef } from '../../../api/function-ref.ts';
import { tenantOf } from '../../../api/tenancy.ts';
import type { ChainedTarget } from '../../../events/executions/rules/chained.ts';
import type { ExecutionFunctions } from '../../../events/executions/parts.ts';
import type { Store } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { invocationTarget, qualifiedArn, resolveFunction, type InvocationTarget } from '../find-function.ts';
import { checkNotDenied } from '../policy/invocation-access.ts';

/** What a durable function must be called by, as on AWS: it goes on with the version that it began with. */
export function unqualified(): ApiError {
  return new ApiError(
    'InvalidParameterValueException',
    'You cannot invoke a durable function using an unqualified ARN.',
  );
}

/** What is not ready yet is waited for by who begins it, as the version of any execution is. Throws `why` where it is something else. */
async function pendingTarget(store: Store, ref: FunctionRef, why: unknown): Promise<InvocationTarget> {
  if (!(why instanceof ApiError) || why.name !== 'ResourceConflictException') throw why;
  const found = await resolveFunction(store, ref, Math.random());
  if (found.record.state.status !== 'Pending') throw why;
  return { ...found, function: found.record.latest, invokedArn: qualifiedArn(ref) };
}

/** Functions as executions find them: in the store, by the rules of invocations. */
export function executionFunctions(
  options: Pick<FrontendOptions, 'whyMissing'> & { readonly store: Store; readonly region: string },
): ExecutionFunctions {
  const { store, region } = options;
  return {
    async version(account, name, version) {
      const ref = functionRef(name, { account, region }, version);
      try {
        return (await invocationTarget(options, ref)).function;
      } catch (error) {
        if (error instanceof ApiError && error.name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async chained(account, name, tenantId): Promise<ChainedTarget> {
      const scope = { account, region };
      try {
        const ref = functionRef(name, scope);
        const target = await invocationTarget(options, ref).catch(
          async (error: unknown) => await pendingTarget(store, ref, error),
        );
        checkNotDenied(store.settings, target, scope);
        tenantOf(target.function, tenantId);
        if (target.function.durable !== undefined && target.ref.qualifier === undefined) throw unqualified();
        return { function: target.function };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { error: { ErrorType: error.name, ErrorMessage: error.message } };
      }
    },
  };
}
