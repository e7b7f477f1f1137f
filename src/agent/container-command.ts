import type { RuntimeName } from '../model/configuration.ts';
import { nodeFlags } from '../protocol/node-flags.ts';
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
/** User and group inside containers whose agent is an ordinary user. */
const namespaceUser = 1_000;
/** Shared memory of a container, bytes. */
const shmBytes = 67_108_864;

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
      ...environment(),
      ...fds(),
    ],
    command: [...limited(profile, plan), ...runtimeCommand(profile, plan)],
  };
}

function namespaces(profile: AgentProfile, plan: ContainerPlan): string[] {
  const options = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', plan.hostname];
  options.push('--die-with-parent', '--new-session');
  if (profile.unshareNetwork) options.push('--unshare-net');
  return options;
}

function privileges(profile: AgentProfile): string[] {
  if (profile.user.kind === 'namespace')
    return ['--unshare-user', '--uid', String(namespaceUser), '--gid', String(namespaceUser), '--cap-drop', 'ALL'];
  // Just enough to become somebody else, and to give these three away for good; see `limited`.
  return ['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP'];
}

function files(profile: AgentProfile, plan: ContainerPlan): string[] {
  const options = profile.binds.flatMap(([from, to]) => ['--ro-bind', from, to]);
  options.push('--proc', '/proc', '--dev', '/dev');
  options.push('--perms', '1777', '--size', String(shmBytes), '--tmpfs', '/dev/shm');
  options.push('--perms', '1777', '--size', String(plan.tmpBytes), '--tmpfs', '/tmp');
  options.push('--ro-bind', plan.codeDir, taskRoot, '--chdir', taskRoot);
  options.push(...plan.binds.flatMap(([from, to]) => ['--ro-bind', from, to]));
  // Both are file systems in memory, without a size of their own.
  options.push('--remount-ro', '/dev', '--remount-ro', '/');
  const places = [...profile.binds, ...plan.binds].map(([, to]) => to);
  return [...parentFolders([...places, taskRoot]), ...options];
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

function environment(): string[] {
  const values = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', TZ: ':UTC' };
  return ['--clearenv', ...Object.entries(values).flatMap(([name, value]) => ['--setenv', name, value])];
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
  const command = [
    profile.programs[plan.runtime],
    ...nodeFlags(profile.emulated, plan.heapMb),
    profile.nodeRuntime,
    '/var/task',
  ];
  // What is copied must be finished; what is not may be needed at once.
  return profile.clones ? command : [...command, 'serve-first'];
}
