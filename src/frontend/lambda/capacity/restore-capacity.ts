import type { FrontendOptions } from '../../context.ts';
import { reservations } from './concurrency.ts';
import { restoreProvisioned } from './provisioned.ts';
import { scheduleProvisioned } from './schedule.ts';

/**
 * Has what is reserved and provisioned hold again, when the service has started (`begin`), and from then on changes what is provisioned by the
 * rules of its configuration, until disposed.
 */
export function capacityKeeper(options: FrontendOptions): Disposable & { begin(): Promise<void> } {
  let rules: Disposable | undefined;
  return {
    async begin() {
      for (const { account, name, reserved } of reservations(options.store))
        options.workerManager.reserve(account, name, reserved);
      await restoreProvisioned(options);
      rules = scheduleProvisioned(options, options.provisionedSchedule ?? []);
    },
    [Symbol.dispose]: () => rules?.[Symbol.dispose](),
  };
}
