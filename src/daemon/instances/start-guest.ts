import type { Logger } from 'pino';
import type { InstanceDriver } from '../../instance/contract.ts';
import { boot } from '../../instance/guest/boot.ts';
import { systemClock } from '../../model/clock.ts';
import type { Configuration } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import type { StartGuest } from '../../warming-pool/contract.ts';

/** How many instances are kept half started, where a driver gains by that. */
const parkedCount = 1;

/** Boots instances of a prepared driver, and keeps the next one half started (`InstanceDriver.park`) until it is disposed of. */
export interface GuestStarter extends AsyncDisposable {
  readonly start: StartGuest;
}

/** `usual`: the configuration that is asked for next, most likely. `prepare` sees to it that instances can be started; idempotent. */
export function guestStarter(
  driver: InstanceDriver,
  usual: Configuration,
  prepare: () => Promise<void>,
  logger: Logger,
): GuestStarter {
  let ended = false;
  const park = async (count: number): Promise<void> => {
    await driver.park?.(usual, count).catch((err: unknown) => {
      logger.warn(
        { err, driver: driver.name },
        'The next instance could not be half started; it is started when it is needed.',
      );
    });
  };
  return {
    start: async (configuration, signal) => {
      await prepare();
      try {
        return await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
      } finally {
        if (!ended) void park(parkedCount);
      }
    },
    [Symbol.asyncDispose]: async () => {
      ended = true;
      await park(0);
    },
  };
}
