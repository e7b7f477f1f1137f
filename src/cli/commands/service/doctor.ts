import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { Command } from 'commander';
import type { ProbeVerdict } from '../../../instance/contract.ts';
import { pythonRuntimes } from '../../../model/runtimes/configuration.ts';
import type { Settings } from '../../../model/functions/settings.ts';
import { findProgram, missingPackages } from '../../bootstrap/missing.ts';
import { flagsOf, printJson, wantsJson } from '../../context.ts';
import { verdictsOf } from '../../drivers.ts';
import { exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import { formatMs, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { thisMachine } from '../../settings/machine.ts';
import { readSettings } from '../../settings.ts';
import { StopSignal } from '../../stop-signal.ts';

/** A fact about the machine, in words. */
type Fact = readonly [name: string, value: string];

function cgroups(): string {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers'))
    return `v2: ${readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').trim()}`;
  return existsSync('/sys/fs/cgroup/memory')
    ? 'v1 (instances of the host driver are limited less strictly)'
    : 'none found';
}

function unprivilegedNamespaces(): string {
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
  if (existsSync(restricted) && readFileSync(restricted, 'utf8').trim() === '1')
    return 'restricted by AppArmor: gvisor and host need root, or sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  const allowed = '/proc/sys/kernel/unprivileged_userns_clone';
  if (existsSync(allowed) && readFileSync(allowed, 'utf8').trim() === '0')
    return 'forbidden: gvisor and host need root, or sysctl kernel.unprivileged_userns_clone=1';
  return 'allowed';
}

function distribution(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'unknown';
}

/** The first line that a program says of its version, or that it is not there. */
function versionOf(program: string): string {
  const path = findProgram(program, process.env['PATH'] ?? '');
  if (path === undefined) return 'not found';
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
  return `${stdout.split('\n')[0] || 'version unknown'} (${path})`;
}

/** Of the host driver: the others bring their own. */
function pythonFact(runtime: string): string {
  return existsSync(`/usr/bin/${runtime}`)
    ? `/usr/bin/${runtime}`
    : `not at /usr/bin/${runtime}: functions of ${runtime} run with gvisor and microvm, which bring it, and with host once one of those has unpacked it (or apt install ${runtime}, where its packages have it)`;
}

function machineFacts(settings: Settings): readonly Fact[] {
  const machine = thisMachine(process.env);
  const missing = missingPackages(['microvm', 'gvisor', 'host'], process.env['PATH'] ?? '');
  return [
    ['system', `${distribution()}, kernel ${release()}`],
    ['node', `${process.version} (${process.execPath})`],
    ['processor', `${machine.cores} cores`],
    ['memory', `${machine.availableMb} MB free, ${settings.memoryMb} MB of it for instances (--memory)`],
    ['user', process.geteuid?.() === 0 ? 'root' : 'ordinary user, which is enough'],
    ['/dev/kvm', existsSync('/dev/kvm') ? 'there (that says little: see the table)' : 'not there'],
    ['cgroups', cgroups()],
    ['user namespaces', unprivilegedNamespaces()],
    [
      'packages',
      missing.length === 0 ? 'all there' : `missing: ${missing.map((item) => `${item.name} (${item.why})`).join('; ')}`,
    ],
    ['qemu', versionOf('qemu-system-x86_64')],
    ['bubblewrap', versionOf('bwrap')],
    ...pythonRuntimes.map((runtime): Fact => [runtime, pythonFact(runtime)]),
    ['home', settings.home],
    ['cache', settings.cache],
  ];
}

function driversTable(verdicts: readonly ProbeVerdict[]): string {
  const rows = verdicts.map((verdict) => [
    paint('bold', verdict.driver),
    verdict.works ? paint('green', '✓ works') : paint('red', '✗ no'),
    verdict.mode,
    formatMs(verdict.tookMs),
    verdict.remedy === undefined ? verdict.evidence : `${verdict.evidence}\n→ ${verdict.remedy}`,
  ]);
  const columns = [
    { heading: 'DRIVER' },
    { heading: 'HERE' },
    { heading: 'MODE' },
    { heading: 'PROBE', align: 'right' },
    { heading: 'EVIDENCE, AND WHAT TO DO' },
  ] as const;
  return table(columns, rows, process.stdout.isTTY ? process.stdout.columns : undefined);
}

async function doctor(command: Command): Promise<void> {
  const settings = readSettings({ flags: flagsOf(command), environment: process.env });
  using stop = new StopSignal();
  using progress = new Progress();
  progress.step('Starting a tiny guest with every driver');
  const options: { readonly remembered?: true } = command.opts();
  const verdicts = await verdictsOf(settings, options.remembered !== true, stop.signal);
  progress.done('Started a tiny guest with every driver');
  const facts = machineFacts(settings);
  if (!verdicts.some((verdict) => verdict.works)) process.exitCode = exitCodes.unfit;
  if (wantsJson(command)) return printJson({ drivers: verdicts, machine: Object.fromEntries(facts) });
  const isolating = verdicts.filter((verdict) => verdict.works && verdict.driver !== 'host');
  const chosen = isolating.find((verdict) => verdict.mode !== 'tcg') ?? isolating[0];
  const choice =
    chosen === undefined
      ? 'No driver that isolates works here; "--driver host" must be asked for by name, for code you trust.'
      : `"--driver auto" takes ${chosen.driver} (${chosen.mode}).`;
  process.stdout.write(`\n${driversTable(verdicts)}\n\n${choice}\n\n`);
  process.stdout.write(`${table([{ heading: 'MACHINE' }, { heading: '' }], facts)}\n`);
}

const examples = `
Examples:
  $ heddle doctor                       try every driver now; exit code 5 where none works
  $ heddle doctor --remembered          at once, from what the last try found
  $ heddle doctor --json | jq '.drivers[] | select(.works).driver'`;

/** `heddle doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show which drivers work on this machine, why the others do not, and how to get them')
    .option('--remembered', 'believe earlier probes instead of trying again')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await doctor(command));
}
