import type { Scope } from '../../../api/function-ref.ts';
import type { AccountEvents } from '../../events.ts';

/** Throws InvalidParameterValueException where nothing can be sent to the dead-letter queue that a function is to have, if it is to have one. */
export async function checkDeadLetter(
  events: Pick<AccountEvents, 'hasQueue' | 'outside'>,
  arn: string | undefined,
  scope: Scope,
): Promise<void> {
  if (arn === undefined || arn === '') return;
  const { checkReachable } = await import('./check-reachable.ts');
  await checkReachable(events, arn, scope);
}
