import { ApiError } from '../../../api/errors.ts';
import type { PortionPlace } from '../../../model/functions/portion.ts';
import type { SpawnOrder } from '../../../protocol/session/session-messages.ts';

/** What decides on where a call of a portion runs. */
export interface PortionSurroundings {
  /** The program that orders it, as the service knows it. */
  readonly program: string;
  /** `DriverCapabilities.ownKernel`: instances here have a kernel of their own. */
  readonly ownKernel: boolean;
}

/**
 * Where a call runs of a part of a program; undefined for a thread that is none. Throws ApiError for code that nobody trusts where it would share
 * the kernel of what it is to be kept from, unless its order allows just that, and for such code that would not be apart.
 */
export function portionPlace(
  { portion, apart }: Pick<SpawnOrder, 'portion' | 'apart'>,
  { program, ownKernel }: PortionSurroundings,
): PortionPlace | undefined {
  if (portion === undefined) return undefined;
  const { trust, group, kernel } = portion;
  if (trust === 'untrusted' && !apart)
    throw new ApiError(
      'InvalidParameterValueException',
      'A portion that is untrusted was ordered without `apart`, which it always is.',
    );
  if (trust === 'untrusted' && kernel === 'own' && !ownKernel)
    throw new ApiError(
      'NotImplementedException',
      'A portion that is untrusted was to run where instances have no kernel of their own, and would share one with all that it is kept from. ' +
        "Run the service with a driver that has one (`heddle doctor` lists them), or allow it for tests by `kernel: 'any'` in its policy.",
    );
  return { trust, program, group };
}
