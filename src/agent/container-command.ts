import { isEnded, isNode, isProvided, isPython, type RuntimeName } from '../model/runtimes/configuration.ts';
import { blankLibraryPath, defaultEnvironment } from '../protocol/default-environment.ts';
import { nodeFlags } from '../protocol/node-flags.ts';
import { supervisorVariable } from '../protocol/supervisor-command.ts';
import { runtimeModules } from '../model/runtimes/runtime-modules.ts';
import type { AgentProfile } from '../protocol/profile.ts';

/** What a container is to be. */
export interface ContainerPlan {
  readonly channel: number;
  readonly runtime: RuntimeName;
  readonly heapMb?: number;
  readonly pidsMax: number;
  readonly tmpBytes: number;
  /** The container's own, still empty, code folder. */
  readonly codeDir: string;
  /** What it sees as `/opt`: places for what is bound there, and later the files of layers. */
  readonly optDir: string;
  readonly hostname: string;
  /** Files that stand in for others in the container, `/proc` included. */
  readonly binds: readonly (readonly [from: string, to: string])[];
}

/** File descriptors of bubblewrap; the first three are standard, the data channel is the only other one that it passes on. */
export const containerFds = { data: 3, seccomp: 4, info: 5, hold: 6, options: 7 } as const;

/** What bubblewrap is told: `options` through a pipe, because its command line can be read inside the container. */
export interface ContainerCommand {
  readonly options: readonly string[];
  readonly command: readonly string[];
}

const taskRoot = '/var/task';
/** Where layers are, and some things of ours. */
export const optFolder = '/opt';
/** Where AWS has the runtime's program, and its PATH finds it. */
const langProgram = '/var/lang/bin/node';
/** Where AWS says that `NODE_EXTRA_CA_CERTS` finds whom to trust. */
const authorities = '/var/runtime/ca-cert.pem';
/** User and group inside containers whose agent is an ordinary user. */
const namespaceUser = 1_000;
/** What Node with the Runtime API in it takes, its program's resident pages and some answers of the largest size included, MiB. */
const apiServerMb = 128;
/** Shared memory of a container, bytes. */
const shmBytes = 67_108_864;

/** What a container takes beside what its function may: where the function's program is not our process, ours is not its memory, MiB. */
export function besideFunctionMb({ runtime }: Pick<ContainerPlan, 'runtime'>): number {
  return isProvided(runtime) ? apiServerMb : 0;
}

/** User and group of a container, as it sees itself. */
export function containerUser({ user }: Pick<AgentProfile, 'user'>, channel: number): number {
  return user.kind === 'ids' ? user.idBase + channel : namespaceUser;
}

/** The command that makes a container: namespaces, files, limits and the runtime in it. Pure. */
export function containerCommand(profile: AgentProfile, plan: ContainerPlan): ContainerCommand {
  return {
    options: [
      ...namespaces(profile, plan),
      ...privileges(profile),
      ...files(profile, plan),
      ...environment(profile, plan.runtime),
      ...fds(),
    ],
    command: [...limited(profile, plan), ...runtimeCommand(profile, plan)],
  };
}

function namespaces(profile: AgentProfile, plan: ContainerPlan): string[] {
  const options = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', plan.hostname];
  options.push('--die-with-parent', '--new-session');
  // Where bubblewrap cannot make one, it is started in one; see `networkOf`.
  if (profile.kernel === 'linux') options.push('--unshare-net');
  return options;
}

/**
 * What bubblewrap is started by, so that the container has a network namespace of its own: in gVisor it fails at giving an
 * address to a loopback that has one.
 */
export function networkOf({ kernel }: Pick<AgentProfile, 'kernel'>): string[] {
  return kernel === 'gvisor' ? ['unshare', '--net', '--'] : [];
}

function privileges(profile: AgentProfile): string[] {
  if (profile.user.kind === 'namespace')
    return ['--unshare-user', '--uid', String(namespaceUser), '--gid', String(namespaceUser), '--cap-drop', 'ALL'];
  // Just enough to become somebody else, and to give these three away for good; see `limited`.
  return ['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP'];
}

function files(profile: AgentProfile, plan: ContainerPlan): string[] {
  const options = ['--ro-bind', plan.optDir, optFolder];
  options.push(...systemBinds(profile, plan.runtime).flatMap(([from, to]) => ['--ro-bind', from, to]));
  options.push('--proc', '/proc', '--dev', '/dev');
  options.push('--perms', '1777', '--size', String(shmBytes), '--tmpfs', '/dev/shm');
  options.push('--perms', '1777', '--size', String(plan.tmpBytes), '--tmpfs', '/tmp');
  options.push('--ro-bind', plan.codeDir, taskRoot, '--chdir', taskRoot);
  if (profile.binds.some(([, to]) => to === runtimeModules)) options.push('--symlink', runtimeModules, '/node_modules');
  options.push('--symlink', '/etc/ssl/certs/ca-certificates.crt', authorities);
  const programs = nodePrograms(profile, plan);
  options.push(...[...programs, ...plan.binds].flatMap(([from, to]) => ['--ro-bind', from, to]));
  // Both are file systems in memory, without a size of their own.
  options.push('--remount-ro', '/dev', '--remount-ro', '/');
  const places = [...profile.binds, ...programs, ...plan.binds].map(([, to]) => to);
  return [...parentFolders([...places, authorities, taskRoot, optFolder]), ...options];
}

/** What is below `usr`, and links to it (hier(7)): the C library and all that was built for it. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
const replacedByRoot = [...systemFolders, '/lib32', '/etc/ld.so.cache'];

/** The instance's files, or those of the runtime's own root where it has one: only what was built for the same C library goes together. */
function systemBinds({ binds, roots }: AgentProfile, runtime: RuntimeName): AgentProfile['binds'] {
  const root = isEnded(runtime) ? undefined : roots[runtime];
  if (root === undefined) return binds;
  const others = binds.filter(([, to]) => !replacedByRoot.includes(to));
  return [...systemFolders.map((folder) => [root + folder, folder] as const), ...others];
}

/** Where AWS has Node, and its PATH finds it. Other runtimes have no program of ours there. */
function nodePrograms(profile: AgentProfile, { runtime }: ContainerPlan): AgentProfile['binds'] {
  if (isEnded(runtime)) {
    if (profile.endedPrograms === undefined) throw new Error(`There is no Node of ${runtime} in this instance.`);
    return [[`${profile.endedPrograms}/${runtime}/node`, langProgram]];
  }
  const path = profile.programs[runtime];
  if (path === undefined || !isNode(runtime)) return [];
  return [[profile.binds.find(([, to]) => to === path)?.[0] ?? path, langProgram]];
}

/** Folders above the places of binds. bubblewrap would make them for root's eyes only, and the container's user is not root. */
function parentFolders(places: readonly string[]): string[] {
  const made = new Set<string>();
  for (const place of places) {
    const parts = place.split('/').slice(1, -1);
    parts.forEach((_, index) => made.add(`/${parts.slice(0, index + 1).join('/')}`));
  }
  // What is bound as a whole is there already, with what is below it.
  const bound = (folder: string): boolean => places.some((place) => folder === place || folder.startsWith(`${place}/`));
  return [...made].flatMap((folder) => (bound(folder) ? [] : ['--perms', '0755', '--dir', folder]));
}

function environment(profile: AgentProfile, runtime: RuntimeName): string[] {
  const { LD_LIBRARY_PATH: _, ...defaults } = defaultEnvironment(runtime);
  // A runtime that brings its own program starts it when its libraries are there, and has in itself what starts extensions.
  const ours = isProvided(runtime)
    ? {}
    : { LD_LIBRARY_PATH: blankLibraryPath, [supervisorVariable]: supervisor(profile) };
  const values = Object.entries({ ...defaults, ...ours });
  return ['--clearenv', ...values.flatMap(([name, value]) => ['--setenv', name, value])];
}

function fds(): string[] {
  const { seccomp, info, hold } = containerFds;
  return ['--seccomp', String(seccomp), '--info-fd', String(info), '--block-fd', String(hold)];
}

/** Lowers the limits of one process tree, then its privileges, for good. The order matters: limits are root's to count. */
function limited(profile: AgentProfile, plan: ContainerPlan): string[] {
  const prlimit = ['prlimit', '--core=0:0', '--nofile=4096:4096', '--memlock=8388608:8388608'];
  if (profile.processLimit === 'rlimit') prlimit.push(`--nproc=${plan.pidsMax}:${plan.pidsMax}`);
  prlimit.push('--');
  if (profile.user.kind === 'namespace') return prlimit;
  const id = String(containerUser(profile, plan.channel));
  const user = ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
  return [...prlimit, ...user, '--no-new-privs', '--'];
}

function runtimeCommand(profile: AgentProfile, plan: ContainerPlan): string[] {
  const program = isEnded(plan.runtime) ? langProgram : profile.programs[plan.runtime];
  if (program === undefined) throw new Error(`This instance has no program for the runtime ${plan.runtime}.`);
  const command = [program, ...runtimeOf(profile, plan), taskRoot];
  // What is copied must be finished; what is not may be needed at once.
  return profile.clones ? command : [...command, 'serve-first'];
}

function supervisor({ programs, providedRuntime }: AgentProfile): string {
  const node = programs['provided.al2023'] ?? '';
  return [node, ...nodeFlags(false, apiServerMb), providedRuntime].join(' ');
}

function runtimeOf(profile: AgentProfile, { runtime, heapMb }: ContainerPlan): readonly string[] {
  if (isPython(runtime)) return [profile.pythonRuntime];
  if (isProvided(runtime)) return [...nodeFlags(profile.emulated, apiServerMb), profile.providedRuntime];
  return [...nodeFlags(profile.emulated, heapMb), profile.nodeRuntime];
}
