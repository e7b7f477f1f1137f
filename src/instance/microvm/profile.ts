import { guestFolder } from '../../image/initramfs.ts';
import { containerIdBase } from '../../image/root-files.ts';
import { guestPrograms } from '../../image/root.ts';
import { limits } from '../../model/limits.ts';
import type { AgentProfile } from '../../protocol/profile.ts';
import type { Accelerator } from './command.ts';

/** Names of our files below {@link guestFolder}. */
export const agentFile = 'agent.mjs';
export const runtimeFile = 'runtime-node.mjs';
export const profileFile = 'profile.json';

/** Paths that containers see just as they are in the guest. */
const shared = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc', '/opt'];

/** What the agent is told of a microVM: it is alone there, root, with the kernel's limits at its disposal. */
export function guestProfile(accelerator: Accelerator): AgentProfile {
  return {
    channels: 'virtio',
    channelCount: limits.rehearsalChannel + 1,
    workDir: '/run/heddle',
    programs: guestPrograms,
    nodeRuntime: `${guestFolder}/${runtimeFile}`,
    binds: shared.map((path) => [path, path] as const),
    bwrap: '/usr/bin/bwrap',
    user: { kind: 'ids', idBase: containerIdBase },
    memoryLimit: 'cgroup2',
    processLimit: 'cgroup2',
    // There is no network, but containers would find each other by their loopback and their abstract sockets.
    unshareNetwork: true,
    clones: true,
    emulated: accelerator === 'tcg',
  };
}
