import { guestFolder } from '../../image/kernel/initramfs.ts';
import { containerIdBase } from '../../image/root/root-files.ts';
import type { GuestPythons } from '../../image/python/guest-pythons.ts';
import { runtimesOf } from '../runtimes-of.ts';
import { limits } from '../../model/limits.ts';
import type { AgentProfile } from '../../protocol/profile.ts';
import { runtimeModules } from '../../model/runtimes/runtime-modules.ts';
import type { Accelerator } from './command.ts';

/** Names of our files below {@link guestFolder}. */
export const agentFile = 'agent.mjs';
export const runtimeFile = 'runtime-node.mjs';
export const providedFile = 'runtime-provided.mjs';
export const pythonFile = 'runtime-python.pyz';
export const profileFile = 'profile.json';

/** Paths that containers see just as they are in the guest. */
const shared = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc', '/opt/node24', '/opt/node22', guestFolder];

/** What the agent is told of a microVM: it is alone there, root, with the kernel's limits at its disposal. */
export function guestProfile(
  accelerator: Accelerator,
  pythons: Pick<GuestPythons, 'roots' | 'missing'>,
  hasModules: boolean,
): AgentProfile {
  return {
    channels: 'virtio',
    channelCount: limits.rehearsalChannel + 1,
    relayChannel: limits.relayChannel,
    kernel: 'linux',
    workDir: '/run/heddle',
    ...runtimesOf(pythons),
    nodeRuntime: `${guestFolder}/${runtimeFile}`,
    providedRuntime: `${guestFolder}/${providedFile}`,
    pythonRuntime: `${guestFolder}/${pythonFile}`,
    binds: [...shared, ...(hasModules ? [runtimeModules] : [])].map((path) => [path, path] as const),
    codeImages: true,
    bwrap: '/usr/bin/bwrap',
    user: { kind: 'ids', idBase: containerIdBase },
    memoryLimit: 'cgroup2',
    processLimit: 'cgroup2',
    clones: true,
    emulated: accelerator === 'tcg',
  };
}
