import { ApiError } from '../../api/errors.ts';
import { functionRef, type Scope } from '../../api/function-ref.ts';
import type { Hint } from '../../api/hint.ts';
import { latestVersion, type FunctionVersion } from '../../model/functions/function.ts';
import type { PreparationAnswer, PreparationReason, PreparationRefusal } from '../../model/preparations.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { LambdaContext } from '../lambda/context.ts';
import { invocationTarget, type Functions } from '../lambda/find-function.ts';

/** What hints need of the frontend. */
export interface Expecting {
  readonly store: Functions;
  readonly whyMissing?: NonNullable<LambdaContext['whyMissing']>;
  readonly workerManager: Pick<WorkerManager, 'prepare'>;
}

/** What came of a hint. */
export interface Expected extends PreparationAnswer {
  /** As it was named. */
  readonly function: string;
  readonly count: number;
  readonly withinMs: number;
}

/**
 * Has containers prepared for calls that somebody says will come. Calls of an alias that divides its invocations are divided as they will be.
 * Throws ApiError for functions that are not there, cannot run, or are another account's.
 *
 * In this room: `hint-operation.ts` takes hints as requests, and `expecting.ts` those that invocations bring along in a header.
 */
export async function expectCalls(
  context: Expecting,
  scope: Scope,
  { function: name, count, withinMs }: Hint,
  reason: PreparationReason,
): Promise<Expected> {
  const ref = functionRef(name, scope);
  const shares = new Map<FunctionVersion, number>();
  const parts = ref.qualifier === undefined || ref.qualifier === latestVersion ? 1 : Math.min(count, routedMax);
  for (let part = 0; part < parts; part += 1) {
    const found = await invocationTarget({ ...context, random: () => (part + 0.5) / parts }, ref);
    const here = Math.floor(((part + 1) * count) / parts) - Math.floor((part * count) / parts);
    const known = [...shares.keys()].find(({ revisionId }) => revisionId === found.function.revisionId);
    shares.set(known ?? found.function, (known === undefined ? 0 : (shares.get(known) ?? 0)) + here);
  }
  const answers = Array.from(shares, ([fn, share]) =>
    context.workerManager.prepare({ function: fn, count: share, withinMs, reason }),
  );
  return { function: name, count, withinMs, ...sumOf(answers) };
}

/** As finely are calls of an alias divided between its versions. */
const routedMax = 20;

/** The same, where a name that leads nowhere is no reason to fail. */
export async function expectOrTell(
  context: Expecting,
  scope: Scope,
  hint: Hint,
  reason: PreparationReason,
): Promise<Expected> {
  try {
    return await expectCalls(context, scope, hint, reason);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refused = [{ count: hint.count, why: 'no-function', message: error.message }] as const;
    return { ...hint, taken: 0, ready: 0, refused };
  }
}

function sumOf(answers: readonly PreparationAnswer[]): PreparationAnswer {
  const refused = new Map<string, PreparationRefusal>();
  for (const refusal of answers.flatMap((answer) => answer.refused)) {
    const before = refused.get(refusal.why);
    refused.set(refusal.why, { ...refusal, count: refusal.count + (before?.count ?? 0) });
  }
  const sum = (of: (answer: PreparationAnswer) => number): number =>
    answers.reduce((all, answer) => all + of(answer), 0);
  return { taken: sum(({ taken }) => taken), ready: sum(({ ready }) => ready), refused: [...refused.values()] };
}
