import { functionArn, type FunctionRef } from '../../../api/function-ref.ts';
import { ApiError } from '../../../api/errors.ts';
import { eventInvokeKind, rulesOf } from '../../../events/async/rules.ts';
import type { EventTargets } from '../../../events/async/targets.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import type { Store } from '../../../store/contract.ts';
import { reservedFor } from '../capacity/concurrency.ts';
import type { LambdaContext } from '../context.ts';
import { invocationTarget, resolveFunction, type FoundFunction } from '../find-function.ts';
import type { PolicyBook } from '../../policies/policy-book.ts';
import type { LoopGuard } from './loop-guard.ts';

/** Functions as whoever runs events later finds them. */
export function eventTargets(
  context: Pick<LambdaContext, 'random' | 'whyMissing'> & {
    readonly store: Store;
    readonly region: string;
    readonly loops: LoopGuard;
    readonly policies?: PolicyBook | undefined;
  },
): EventTargets {
  const { store, region } = context;
  const refOf = (account: string, name: string, qualifier: string | undefined): FunctionRef => ({
    account,
    name,
    arn: functionArn({ account, region }, name),
    ...(qualifier !== undefined && { qualifier }),
  });
  return {
    async target(account, name, qualifier, traceHeader) {
      const found = await invocationTarget(context, refOf(account, name, qualifier));
      context.loops.check(found.function, traceHeader);
      return found;
    },
    async rules(account, name, qualifier) {
      const found = await whereThere(store, refOf(account, name, qualifier));
      if (found === undefined) return undefined;
      const { latest } = found.record;
      const whole = qualifier === undefined ? found.record : await store.functions.get(account, name);
      return rulesOf({
        config: store.settings.get(account, name, qualifier ?? latestVersion, eventInvokeKind),
        tags: whole?.tags ?? {},
        deadLetter: latest.deadLetter,
        reserved: reservedFor(store, account, name),
        egress: context.policies?.bound(latest) ?? latest,
      });
    },
  };
}

async function whereThere(store: Store, ref: FunctionRef): Promise<FoundFunction | undefined> {
  try {
    return await resolveFunction(store, ref);
  } catch (error) {
    if (error instanceof ApiError && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
