import { basename } from 'node:path';
import type { GuestBundle } from '../../image/bundle.ts';
import type { GuestPythons } from '../../image/python/guest-pythons.ts';
import { runtimesOf } from '../runtimes-of.ts';
import { containerIdBase } from '../../image/root/root-files.ts';
import { endedProgramsFolder } from '../../image/node/ended-nodes.ts';
import { guestPrograms } from '../../image/root/root.ts';

import { limits } from '../../model/limits.ts';
import { runtimeModules } from '../../model/runtimes/runtime-modules.ts';
import { containerChannels, outputFifo, outputFifoMode, type AgentProfile } from '../../protocol/profile.ts';

/** Where our bundles are in the sandbox. */
const bundleDir = '/opt/heddle';
/** The agent's folder: in the sandbox's memory. */
const workDir = '/run/heddle';

/** Where the sandbox sees code that the host has put there for it, see `codeTrees` of the profile. */
const treesDir = '/opt/heddle-trees';

/** What an instance is made from: paths on the host. */
export interface SandboxParts {
  readonly rootDir: string;
  readonly pythons: Pick<GuestPythons, 'roots' | 'missing'>;
  /** Whether the root has what the runtimes bring along. */
  readonly hasModules: boolean;
  readonly bundle: GuestBundle;
  readonly bundleFolder: string;
}

/** In the sandbox's own kernel the agent may do everything that makes containers; nothing of it means anything outside. */
const agentCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'MKNOD',
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_RESOURCE',
  'SYS_TIME',
].map((name) => `CAP_${name}`);

/** What containers see of the sandbox's files. */
const containerPaths = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc', '/opt/node24', '/opt/node22'];

/** `config.json` of the bundle that runsc runs, as the OCI runtime specification 1.0.2 has it. `treesFolder`: this instance's, on the host. */
export function sandboxSpec(parts: SandboxParts, treesFolder: string): object {
  const profile = agentProfile(parts);
  const agent = inBundleDir(parts.bundle.agent);
  return ociSpec({
    rootDir: parts.rootDir,
    args: [guestPrograms['nodejs24.x'], agent],
    environment: ['PATH=/usr/bin:/bin', `HEDDLE_AGENT_PROFILE=${JSON.stringify(profile)}`],
    mounts: [
      { destination: bundleDir, type: 'bind', source: parts.bundleFolder, options: ['rbind', 'ro'] },
      { destination: '/run', type: 'tmpfs', source: 'tmpfs' },
      { destination: treesDir, type: 'bind', source: treesFolder, options: ['rbind', 'ro'] },
      // gVisor's cgroups, version 1. Of its controllers only `pids` limits anything (runsc of 2024-07, measured).
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' },
    ],
    // Made by the sandbox itself: to have a program do it takes 50 ms in there.
    devices: containerChannels(profile).map((channel) => ({
      path: outputFifo(workDir, channel),
      type: 'p',
      fileMode: outputFifoMode,
      uid: 0,
      gid: 0,
    })),
  });
}

/** What differs between a probe's sandbox and an instance's. */
export interface OciParts {
  readonly rootDir: string;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  readonly mounts: readonly object[];
  readonly devices?: readonly object[];
}

/** What gVisor starts with is less than what containers are lowered to, and raising a limit is not theirs to do. */
const rlimits = [
  { type: 'RLIMIT_MEMLOCK', soft: 67_108_864, hard: 67_108_864 },
  { type: 'RLIMIT_NOFILE', soft: 65_536, hard: 65_536 },
];

/** A sandbox with a read-only root, a `/tmp` in memory and no network. */
export function ociSpec({ rootDir, args, environment, mounts, devices = [] }: OciParts): object {
  const capabilities = Object.fromEntries(
    ['bounding', 'effective', 'permitted', 'inheritable'].map((set) => [set, agentCapabilities]),
  );
  return {
    ociVersion: '1.0.2',
    hostname: 'heddle',
    root: { path: rootDir, readonly: true },
    process: { user: { uid: 0, gid: 0 }, cwd: '/', args, env: environment, capabilities, rlimits },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['mode=1777'] },
      ...mounts,
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })), devices },
  };
}

function agentProfile({ bundle, pythons, hasModules }: SandboxParts): AgentProfile {
  const [nodeRuntime, pythonRuntime] = [inBundleDir(bundle.runtimeNode), inBundleDir(bundle.runtimePython)];
  const providedRuntime = inBundleDir(bundle.runtimeProvided);
  const own = [...(hasModules ? [runtimeModules] : []), nodeRuntime, providedRuntime, pythonRuntime];
  return {
    channels: 'inherited',
    channelCount: limits.socketChannelsPerInstance,
    relayChannel: limits.socketRelayChannel,
    kernel: 'gvisor',
    workDir,
    ...runtimesOf(pythons),
    endedPrograms: `${bundleDir}/${endedProgramsFolder}`,
    nodeRuntime,
    providedRuntime,
    pythonRuntime,
    binds: [...containerPaths, ...own].map((path) => [path, path] as const),
    codeTrees: { dir: treesDir, by: 'mount' },
    bwrap: '/usr/bin/bwrap',
    // The same ids in every instance: each has a kernel of its own.
    user: { kind: 'ids', idBase: containerIdBase },
    memoryLimit: 'watch',
    processLimit: 'cgroup1',
    clones: false,
  };
}

function inBundleDir(path: string): string {
  return `${bundleDir}/${basename(path)}`;
}
