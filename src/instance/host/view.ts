import { randomInt } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { GuestBundle } from '../../image/bundle.ts';
import type { GuestPythons } from '../../image/python/guest-pythons.ts';
import { endedProgramsFolder } from '../../image/node/ended-nodes.ts';
import { placedRoots } from '../../image/python/placed-roots.ts';
import { runtimesOf } from '../runtimes-of.ts';
import { guestPrograms } from '../../image/root/root.ts';
import { limits } from '../../model/limits.ts';
import { nodeRuntimes, type PreparedNode } from '../../model/runtimes/configuration.ts';
import { outputFolder, type AgentProfile } from '../../protocol/profile.ts';
import { runtimeModules } from '../../model/runtimes/runtime-modules.ts';
import { isRoot } from '../processes/user.ts';

/** Where our bundles are, as agent and containers see it. */
const bundleDir = '/opt/heddle';
const endedProgramsDir = `${bundleDir}/${endedProgramsFolder}`;
/** The agent's folder, as it sees it. */
const workDir = '/run/heddle';

/** What the agent of a host instance runs with: paths on the host. */
export interface HostGuest {
  readonly bundle: GuestBundle;
  /** Programs by runtime. */
  readonly nodes: Readonly<Record<PreparedNode, string>>;
  /** Folder of the programs of ended runtimes, as far as they were fetched. */
  readonly endedPrograms: string;
  readonly pythons: Pick<GuestPythons, 'roots' | 'missing'>;
  /** Folder of the packages that the runtimes bring along. */
  readonly modules: string | undefined;
}

/** What of the host's files programs need in order to run. Nothing that names the host's users, networks or secrets. */
const systemPaths = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/ld.so.cache',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/ssl/certs',
];

/**
 * What the agent keeps where it is root: to make namespaces and mounts, to give containers ids and limits, to look after
 * them. The host's other powers (modules, raw devices, time, reboot) it does not get.
 */
const agentCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_KILL',
  'CAP_NET_ADMIN',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_ADMIN',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_RESOURCE',
];

/**
 * The whole command that runs the agent in its view of the host: the system's programs and libraries, read-only; ours
 * under the same paths as in the guest image; `folder` as its only writable place on disk; no `/home`, no `/root`.
 */
export async function agentCommand(guest: HostGuest, folder: string): Promise<[string, ...string[]]> {
  const profile = JSON.stringify(await agentProfile(guest));
  return [
    'bwrap',
    ...viewArguments(),
    ...nodeRuntimes.flatMap((runtime) => ['--ro-bind', guest.nodes[runtime], guestPrograms[runtime]]),
    ...placedRoots(guest.pythons).flatMap(({ dir, place }) => ['--ro-bind', dir, place]),
    ...bundles(guest).flatMap((path) => ['--ro-bind', path, inBundleDir(path)]),
    ...['--ro-bind', guest.endedPrograms, endedProgramsDir],
    ...(guest.modules === undefined ? [] : ['--ro-bind', guest.modules, runtimeModules]),
    '--bind',
    folder,
    workDir,
    // In memory: a file system on disk may take half a millisecond for each of the FIFOs.
    '--tmpfs',
    outputFolder(workDir),
    '--chdir',
    workDir,
    '--clearenv',
    '--setenv',
    'PATH',
    '/usr/bin:/bin',
    '--setenv',
    'HEDDLE_AGENT_PROFILE',
    profile,
    guestPrograms['nodejs24.x'],
    inBundleDir(guest.bundle.agent),
  ];
}

/** Flags of {@link agentCommand} that do not depend on what is run. The probe uses them too. */
export function viewArguments(): string[] {
  // The agent, and the relay that speaks with whatever code connects, see nothing of this machine's network and may do nothing to it.
  const apart = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--hostname', 'heddle'];
  const lives = ['--die-with-parent', ...apart];
  const user = isRoot()
    ? agentCapabilities.flatMap((name) => ['--cap-add', name])
    : ['--unshare-user', '--uid', '1000', '--gid', '1000'];
  const files = systemPaths.flatMap((path) => ['--ro-bind-try', path, path]);
  return [...lives, ...user, ...files, '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'];
}

async function agentProfile(guest: HostGuest): Promise<AgentProfile> {
  const there = await Promise.all(systemPaths.map((path) => exists(path)));
  const own: string[] = [...nodeRuntimes.map((runtime) => guestPrograms[runtime]), ...bundles(guest).map(inBundleDir)];
  if (guest.modules !== undefined) own.push(runtimeModules);
  return {
    channels: 'inherited',
    channelCount: limits.socketChannelsPerInstance,
    relayChannel: limits.socketRelayChannel,
    kernel: 'linux',
    workDir,
    ...runtimesOf(guest.pythons),
    endedPrograms: endedProgramsDir,
    nodeRuntime: inBundleDir(guest.bundle.runtimeNode),
    providedRuntime: inBundleDir(guest.bundle.runtimeProvided),
    pythonRuntime: inBundleDir(guest.bundle.runtimePython),
    binds: [...systemPaths.filter((_, index) => there[index]), ...own].map((path) => [path, path] as const),
    codeTrees: { dir: `${workDir}/trees`, by: 'rename' },
    bwrap: '/usr/bin/bwrap',
    user: isRoot() ? { kind: 'ids', idBase: freshIdBase() } : { kind: 'namespace' },
    memoryLimit: 'watch',
    processLimit: 'rlimit',
    clones: false,
  };
}

/**
 * User ids for an instance's containers that nobody else on this machine has: RLIMIT_NPROC counts by user, so two
 * containers with the same one would take each other's processes. 256 of them, at random from a thousand million that
 * distributions leave alone (they end at 65,536, systemd's and subuid's ranges lie far apart from each other in between).
 */
function freshIdBase(): number {
  return 1_000_000_000 + 256 * randomInt(3_906_250);
}

function bundles({ bundle }: HostGuest): string[] {
  return [bundle.agent, bundle.runtimeNode, bundle.runtimeProvided, bundle.runtimePython];
}

function inBundleDir(path: string): string {
  return `${bundleDir}/${basename(path)}`;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
