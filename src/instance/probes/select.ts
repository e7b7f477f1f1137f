import type { Settings } from '../../model/functions/settings.ts';
import type { InstanceDriver, ProbeVerdict } from '../contract.ts';
import { probed, type ProbeOptions } from './probe-cache.ts';

/** A driver that works here, and what its probe said. */
export interface SelectedDriver {
  readonly driver: InstanceDriver;
  readonly verdict: ProbeVerdict;
}

/**
 * The driver to use. By name: that one, or an Error with evidence and remedy. `auto`: of those that give instances a
 * kernel of their own, the first in the order of `drivers` that works at native speed, else the first that works; an Error
 * that says it all if none does. Asks no more drivers than it must.
 *
 * Which drivers work here is found out in this room. The daemon calls this at its start, and `allVerdicts` for `heddle doctor`; both ask
 * drivers through `probe-cache.ts`, which remembers what they said; `gvisor` and `host` try what they need by `run-probe.ts`.
 */
export async function selectDriver(
  wanted: Settings['driver'],
  drivers: readonly InstanceDriver[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<SelectedDriver> {
  if (wanted !== 'auto') return named(wanted, drivers, options, signal);
  const slow: SelectedDriver[] = [];
  const failed: ProbeVerdict[] = [];
  for (const driver of drivers.filter(({ capabilities }) => capabilities.ownKernel)) {
    const verdict = await probed(driver, options, signal);
    if (verdict.works && !isEmulated(verdict)) return { driver, verdict };
    if (verdict.works) slow.push({ driver, verdict });
    else failed.push(verdict);
  }
  const [first] = slow;
  if (first !== undefined) return first;
  throw new Error(
    `No driver that isolates user code works on this machine.\n${failed.map(explain).join('\n')}\n` +
      'For code that you trust, `--driver host` runs it in containers on the kernel of this machine.',
  );
}

/** What all drivers say, in their order, for `heddle doctor`. Asked one after the other: they measure. */
export async function allVerdicts(
  drivers: readonly InstanceDriver[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeVerdict[]> {
  const verdicts: ProbeVerdict[] = [];
  for (const driver of drivers) verdicts.push(await probed(driver, options, signal));
  return verdicts;
}

/** A driver of that name may be there more than once, with different ways to do its work: the first that works. */
async function named(
  name: InstanceDriver['name'],
  drivers: readonly InstanceDriver[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<SelectedDriver> {
  const candidates = drivers.filter((it) => it.name === name);
  if (candidates.length === 0)
    throw new Error(`There is no driver ${name}; there are ${drivers.map((it) => it.name).join(', ')}.`);
  // Somebody who asks by name after mending something should not be told what was true before.
  const attempts = options.fresh === true ? [options] : [options, { ...options, fresh: true }];
  const failed = new Map<InstanceDriver, ProbeVerdict>();
  for (const attempt of attempts)
    for (const driver of candidates) {
      const verdict = await probed(driver, attempt, signal);
      if (verdict.works) return { driver, verdict };
      failed.set(driver, verdict);
    }
  const said = [...failed.values()].map(explain).join('\n');
  throw new Error(`The driver ${name} was asked for and does not work here.\n${said}`);
}

/** The processor is emulated in software: QEMU's name for it. */
function isEmulated({ mode }: ProbeVerdict): boolean {
  return mode === 'tcg';
}

function explain({ driver, mode, evidence, remedy }: ProbeVerdict): string {
  return `  ${driver} (${mode}): ${evidence}${remedy === undefined ? '' : ` ${remedy}`}`;
}
