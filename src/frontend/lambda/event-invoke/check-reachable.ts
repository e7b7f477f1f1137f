import { ApiError } from '../../../api/errors.ts';
import type { Scope } from '../../../api/function-ref.ts';
import { destinationOf, DestinationError } from '../../../events/destinations/destination.ts';
import { settingFor } from '../../../events/destinations/outside.ts';
import type { AccountEvents } from '../../events.ts';

/**
 * Throws InvalidParameterValueException for what nothing can be sent to: a queue of this service that is not there, a service that nobody has
 * configured, what is no destination.
 */
export async function checkReachable(
  events: Pick<AccountEvents, 'hasQueue' | 'outside'>,
  arn: string,
  scope: Scope,
): Promise<void> {
  try {
    const to = destinationOf(arn, scope);
    if (to.kind === 'outside') settingFor(to, scope.account, events.outside);
    if (to.kind !== 'queue') return;
    if (to.name.endsWith('.fifo'))
      throw new DestinationError(
        `${arn} is a FIFO queue; results, and events that were given up, go to standard queues.`,
      );
    if (!(await events.hasQueue({ account: scope.account, name: to.name })))
      throw new DestinationError(`The destination ARN ${arn} is invalid: there is no such queue.`);
  } catch (error) {
    if (!(error instanceof DestinationError)) throw error;
    throw new ApiError('InvalidParameterValueException', error.message, { cause: error });
  }
}
