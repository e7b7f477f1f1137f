import type { Guest } from '../instance/guest.ts';
import { configurationKey } from '../model/runtimes/configuration.ts';

/** Told of the life of instances. Must return at once and must not throw. */
export interface InstanceObserver {
  instanceStarted(configuration: string, tookMs: number): void;
  instanceEnded(configuration: string, detail: string, expected: boolean): void;
  instanceFailed(configuration: string, error: Error): void;
}

/** Destroys a guest, dead or alive, and says so. Never rejects; a driver that cannot destroy is reported as failed. */
export async function endGuest(guest: Guest, observer: InstanceObserver): Promise<void> {
  const key = configurationKey(guest.configuration);
  try {
    await guest.destroy();
    const exit = await guest.exited;
    observer.instanceEnded(key, exit.detail, exit.expected);
  } catch (error) {
    observer.instanceFailed(key, new Error(`Instance ${guest.id} could not be destroyed.`, { cause: error }));
  }
}
