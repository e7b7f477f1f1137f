import type { DriverName, ProbeVerdict } from '../instance/contract.ts';
import type { Settings } from '../model/functions/settings.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Progress } from './output/progress.ts';

/** What every driver's probe says of this machine; `fresh` asks again instead of believing what is remembered. */
export async function verdictsOf(
  settings: Settings,
  fresh: boolean,
  signal: AbortSignal,
): Promise<readonly ProbeVerdict[]> {
  const { probeDrivers } = await import('../daemon.ts');
  return await probeDrivers(settings, fresh, signal);
}

/** The names of the drivers that work here. Throws CliError (unfit) where none does. */
export async function workingDrivers(
  settings: Settings,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly DriverName[]> {
  progress.step('Trying which drivers work on this machine');
  const verdicts = await verdictsOf(settings, false, signal);
  const working = [...new Set(verdicts.filter((verdict) => verdict.works).map((verdict) => verdict.driver))];
  progress.done(`Drivers that work here: ${working.join(', ') || 'none'}`);
  if (working.length === 0)
    throw new CliError('No driver works on this machine.', exitCodes.unfit, {
      hint: `"${launcher()} doctor" says why.`,
    });
  return working;
}
