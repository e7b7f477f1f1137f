import type { InstanceDriver } from '../../instance/contract.ts';
import type { RuntimeName } from '../../model/runtimes/configuration.ts';
import type { WarmSetting } from '../../model/functions/settings.ts';

/** Says why functions of a runtime cannot run here; undefined where they can, as far as is known. */
export type WhyMissing = (runtime: RuntimeName) => string | undefined;

/** By what the driver found when it was prepared. */
export function whyMissing(driver: Pick<InstanceDriver, 'name' | 'missingRuntimes'>): WhyMissing {
  return (runtime) => {
    const why = driver.missingRuntimes?.()[runtime];
    return why === undefined ? undefined : `${runtime} cannot run here with the driver ${driver.name}: ${why}.`;
  };
}

/** Throws where something is to be kept warm that cannot be had. */
export function checkWarm(warm: readonly WarmSetting[], why: WhyMissing): void {
  for (const { runtime, max } of warm) {
    const reason = max === 0 ? undefined : why(runtime);
    if (reason !== undefined) throw new Error(`--warm names a runtime that is not there. ${reason}`);
  }
}
