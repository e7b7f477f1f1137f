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

/** What stands before a test that runs only when asked for. */
export const slowOnly: string | false =
  process.env['HEDDLE_TEST_SLOW'] === undefined && 'takes long: HEDDLE_TEST_SLOW=1 runs it';

const emulatedOnly = 'without /dev/kvm virtual machines are emulated, which takes long: HEDDLE_TEST_SLOW=1 runs it';

/** What a test is about, where that is not all drivers alike. */
export interface AboutDrivers {
  /** It is about emulated virtual machines, and not about what is the same above all drivers. */
  readonly emulated?: boolean;
  /** It is about what is the same above all drivers: where time is short it runs on this one only, or where that does not work on the first that does. */
  readonly usual?: DriverName;
}

/**
 * All three drivers, with what their probes say of this machine. Emulated virtual machines are left out unless they are
 * asked for, and so are all but the usual one where there is one.
 */
export async function driversUnderTest({ emulated = false, usual }: AboutDrivers = {}): Promise<DriverUnderTest[]> {
  const settings = readSettings({ flags: { home: tmpdir() }, environment: process.env });
  const verdicts = await probeDrivers(settings, false, new AbortController().signal);
  const wanted = named(process.env);
  const all = (['host', 'gvisor', 'microvm'] as const).map((name): DriverUnderTest => {
    if (wanted?.includes(name) === false) return { name, skip: 'not among the drivers of HEDDLE_TEST_DRIVERS' };
    const own = verdicts.filter(({ driver }) => driver === name);
    const working = own.filter(({ works }) => works);
    if (working.length === 0) return { name, skip: own.map(why).join('; ') };
    const isEmulated = working.every(({ mode }) => mode === 'tcg');
    return { name, skip: isEmulated && !emulated && slowOnly !== false ? emulatedOnly : false };
  });
  return usual === undefined || slowOnly === false || wanted !== undefined ? all : onlyUsual(all, usual);
}

/** Of what works here, the usual one. */
function onlyUsual(all: readonly DriverUnderTest[], usual: DriverName): DriverUnderTest[] {
  const works = all.filter(({ skip }) => skip === false);
  const { name: chosen } = works.find(({ name }) => name === usual) ?? works[0] ?? {};
  const elsewhere = `the same above all drivers, and tried on ${chosen}: HEDDLE_TEST_SLOW=1 runs it`;
  return all.map(({ name, skip }) => ({ name, skip: skip === false && name !== chosen ? elsewhere : skip }));
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
