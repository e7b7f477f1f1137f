import type { Clock } from '../../model/clock.ts';
import type { InstanceDriver, InstanceSpec } from '../contract.ts';
import type { Guest } from '../guest.ts';
import { BootedGuest } from './booted-guest.ts';

export { ContainerDiedError } from './container-died.ts';

/**
 * Starts an instance and brings it to where it can serve: its agent answers, it has an identity, entropy and time of its
 * own, and its first blank containers are up. Throws if that fails or `signal` fires; nothing is left of it then.
 *
 * This room makes a `Guest` (`guest.ts` beside it) of an instance of any driver. Pools have it booted by this; from then on
 * `booted-guest.ts` answers for it, and `booted-container.ts` for each of its containers, until they die. The drivers of
 * virtual machines use `rehearsal.ts` and `guest-clock.ts` for their templates, too.
 */
export async function boot(
  driver: InstanceDriver,
  spec: InstanceSpec,
  clock: Clock,
  signal: AbortSignal,
): Promise<Guest> {
  const instance = await driver.start(spec, signal);
  const guest = new BootedGuest(instance, clock);
  const giveUp = (): void => void guest.destroy().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await guest.rise(signal);
    signal.throwIfAborted();
    return guest;
  } catch (error) {
    await guest.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
