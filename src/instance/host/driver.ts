import { mkdir, rm } from 'node:fs/promises';
import { findAwsSdk } from '../../image/node/aws-sdk.ts';
import { join } from 'node:path';
import { endedPrograms } from '../../image/node/ended-nodes.ts';
import { bundleGuest } from '../../image/bundle.ts';
import { nodeProgram } from '../../image/node/node-programs.ts';
import { limits } from '../../model/limits.ts';
import type { Instance, InstanceDriver, InstanceSpec } from '../contract.ts';
import { instanceFolder, instanceMarks, type Places } from '../places.ts';
import { containerCounts } from '../processes/container-counts.ts';
import { startTree } from '../processes/process-tree.ts';
import { treeResidentBytes } from '../processes/resident.ts';
import { sweepRun } from '../processes/sweep.ts';
import { treeInstance } from '../processes/tree-instance.ts';
import { hostPythons } from './pythons.ts';
import { probeHost } from './probe.ts';
import { agentCommand, type HostGuest } from './view.ts';

/**
 * Instances without a kernel of their own: the agent and its containers are bubblewrap sandboxes on the host's kernel, so
 * a hole in that kernel is a way out, and into everything the service may do. For code that one trusts, and for
 * development; never chosen by `auto`.
 *
 * As root its containers run under user ids that nobody else has; as an ordinary user, in user namespaces.
 */
export function createHostDriver(places: Places): InstanceDriver {
  let guest: Promise<HostGuest> | undefined;
  let missing: HostGuest['pythons']['missing'] = {};
  return {
    name: 'host',
    capabilities: {
      ownKernel: false,
      emulated: false,
      clones: false,
      directChannels: true,
      takesPrograms: true,
      ...containerCounts,
    },
    probe: probeHost,
    prepare: async () => {
      // A failed one is tried again.
      guest = findGuest(places).catch((error: unknown) => {
        guest = undefined;
        throw error;
      });
      ({ missing } = (await guest).pythons);
    },
    missingRuntimes: () => missing,
    start: async (spec, signal) => startInstance(places, await (guest ?? findGuest(places)), spec, signal),
    sweep: () => sweepRun(places, 'host'),
  };
}

async function findGuest(places: Places): Promise<HostGuest> {
  const pythons = await hostPythons(places.cache);
  const [bundle, node24, node22] = await Promise.all([
    bundleGuest(`${places.cache}/guest`, pythons.runnable),
    nodeProgram('nodejs24.x'),
    nodeProgram('nodejs22.x'),
  ]);
  return {
    bundle,
    pythons,
    nodes: { 'nodejs24.x': node24.path, 'nodejs22.x': node22.path },
    endedPrograms: await endedPrograms(`${places.cache}/guest`),
    modules: findAwsSdk(places.cache)?.dir,
  };
}

async function startInstance(
  places: Places,
  guest: HostGuest,
  spec: InstanceSpec,
  signal: AbortSignal,
): Promise<Instance> {
  signal.throwIfAborted();
  const folder = instanceFolder(places, 'host', spec.instanceId);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const command = await agentCommand(guest, folder);
    signal.throwIfAborted();
    const marks = instanceMarks(places, spec.instanceId);
    const tree = await startTree({ command, marks, channels: limits.socketRelayChannel + 1, cwd: folder });
    const instance = treeInstance({ spec, tree, folder, residentBytes: () => treeResidentBytes(tree.pid) });
    return { ...instance, codeTrees: join(folder, 'trees') };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
