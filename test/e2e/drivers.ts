import { tmpdir } from 'node:os';
import { probeDrivers } from '../../src/daemon.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { hostsOfTests } from '../many-hosts/hosts-of-tests.ts';
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
  const wanted = named(process.env);
  return (['host', 'gvisor', 'microvm'] as const).map((name) => {
    if (wanted?.includes(name) === false) return { name, skip: 'not among the drivers of HEDDLE_TEST_DRIVERS' };
    const own = verdicts.filter(({ driver }) => driver === name);
    return { name, skip: own.some(({ works }) => works) ? false : own.map(why).join('; ') };
  });
}

/** With several hosts in place of a service, isolation is not what is looked at: `HEDDLE_TEST_DRIVERS` names the drivers, and without it that is `host`. */
function named(environment: NodeJS.ProcessEnv): readonly string[] | undefined {
  const drivers = environment['HEDDLE_TEST_DRIVERS'];
  if (drivers !== undefined && drivers !== '') return drivers.split(',');
  return hostsOfTests(environment) === undefined ? undefined : ['host'];
}

function why({ mode, evidence }: ProbeVerdict): string {
  return `${mode}: ${evidence}`;
}
