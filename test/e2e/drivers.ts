import { tmpdir } from 'node:os';
import { probeDrivers } from '../../src/daemon.ts';
import { readSettings } from '../../src/cli/settings.ts';
import type { DriverName, ProbeVerdict } from '../../src/instance/contract.ts';

/** One driver of this machine as a test sees it: run, or skipped with a reason. */
export interface DriverUnderTest {
  readonly name: DriverName;
  /** `false`, or why it cannot run here. */
  readonly skip: false | string;
}

/** All three drivers, with what their probes say of this machine. */
export async function driversUnderTest(): Promise<DriverUnderTest[]> {
  const settings = readSettings({ flags: { home: tmpdir() }, environment: process.env });
  const verdicts = await probeDrivers(settings, false, new AbortController().signal);
  return (['host', 'gvisor', 'microvm'] as const).map((name) => {
    const own = verdicts.filter(({ driver }) => driver === name);
    return { name, skip: own.some(({ works }) => works) ? false : own.map(why).join('; ') };
  });
}

function why({ mode, evidence }: ProbeVerdict): string {
  return `${mode}: ${evidence}`;
}
