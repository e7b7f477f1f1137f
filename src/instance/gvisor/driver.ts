import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAwsSdk } from '../../image/node/aws-sdk.ts';
import { bundleGuest } from '../../image/bundle.ts';
import { endedPrograms } from '../../image/node/ended-nodes.ts';
import { ensurePythons } from '../../image/python/guest-pythons.ts';
import { ensureRootWithModules } from '../../image/root/root-with-modules.ts';
import { ensureRoot } from '../../image/root/root.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import type { Instance, InstanceDriver, InstanceSpec } from '../contract.ts';
import { instanceFolder, instanceMarks, type Places } from '../places.ts';
import { containerCounts } from '../processes/container-counts.ts';
import { startTree, type ProcessTree } from '../processes/process-tree.ts';
import { sweepRun } from '../processes/sweep.ts';
import { treeInstance } from '../processes/tree-instance.ts';
import { runscCommand } from './command.ts';
import { sandboxFreezer } from './freezer.ts';
import { watchMemory } from './memory.ts';
import { probeGvisor, usableRunsc } from './probe.ts';
import { sandboxSpec, type SandboxParts } from './spec.ts';

/** What the sandbox itself may use beside its guest, MiB: some 60 when idle. */
const overheadMb = 192;
const mebibyte = 1_048_576;

/**
 * Instances in gVisor: a kernel in user space, written in Go, between the guest and the host's kernel, of which it uses a
 * small part itself. Native processor speed, no hardware virtualisation, no root: as an ordinary user it runs in a user
 * namespace. No network.
 */
export function createGvisorDriver(places: Places): InstanceDriver {
  // The same for every configuration.
  let ready: SandboxKit | undefined;
  return {
    name: 'gvisor',
    capabilities: {
      ownKernel: true,
      emulated: false,
      clones: false,
      directChannels: true,
      takesPrograms: true,
      coarseProcessorTime: true,
      pausesTo: 'memory',
      ...containerCounts,
    },
    probe: (signal) => probeGvisor(places, signal),
    prepare: async (_configuration, report, signal) => {
      ready ??= await prepareKit(places, report, signal);
    },
    missingRuntimes: () => ready?.pythons.missing ?? {},
    start: (spec, signal) => {
      if (ready === undefined) throw new Error('A gvisor instance was to be started before `prepare`.');
      return startInstance(places, ready, spec, signal);
    },
    sweep: () => sweepRun(places, 'gvisor'),
  };
}

interface SandboxKit extends SandboxParts {
  readonly runsc: string;
}

async function prepareKit(places: Places, report: (line: string) => void, signal: AbortSignal): Promise<SandboxKit> {
  const bundleFolder = join(places.cache, 'guest');
  const { path } = await usableRunsc(places, report, signal);
  const modules = findAwsSdk(places.cache);
  await endedPrograms(bundleFolder);
  const base = await ensureRoot(places.cache, report, signal);
  const pythons = await ensurePythons(places.cache, base, report, signal);
  const root = await ensureRootWithModules(places.cache, base, modules, pythons, report, signal);
  const bundle = await bundleGuest(bundleFolder, pythons.runnable);
  return { runsc: path, rootDir: root.dir, hasModules: modules !== undefined, pythons, bundle, bundleFolder };
}

async function startInstance(
  places: Places,
  kit: SandboxKit,
  spec: InstanceSpec,
  signal: AbortSignal,
): Promise<Instance> {
  const folder = instanceFolder(places, 'gvisor', spec.instanceId);
  try {
    signal.throwIfAborted();
    await mkdir(join(folder, 'state'), { recursive: true, mode: 0o700 });
    const trees = join(folder, 'trees');
    await mkdir(trees, { mode: 0o755 });
    await writeFile(join(folder, 'config.json'), JSON.stringify(sandboxSpec(kit, trees)));
    signal.throwIfAborted();
    const channels = limits.socketRelayChannel + 1;
    const command = runscCommand(kit.runsc, folder, channels);
    const tree = await startTree({ command, marks: instanceMarks(places, spec.instanceId), channels, cwd: folder });
    return watched(spec, tree, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function watched(spec: InstanceSpec, tree: ProcessTree, folder: string): Instance {
  let over = '';
  const watch = watchMemory(tree.pid, limitBytes(0), (bytes, bytesMax) => {
    over = `killed: it used ${Math.round(bytes / mebibyte)} MiB, its limit is ${bytesMax / mebibyte}`;
    void tree.kill();
  });
  const freezer = sandboxFreezer(tree.pid);
  const exited = tree.exited.then(({ detail }) => {
    freezer.end();
    watch[Symbol.dispose]();
    return { detail: over || detail };
  });
  const instance = treeInstance({
    spec,
    tree: { ...tree, exited },
    folder,
    residentBytes: () => watch.residentBytes(),
  });
  const freeze = (): void => {
    freezer.freeze();
    watch.resting(true);
  };
  const thaw = (): void => {
    freezer.thaw();
    watch.resting(false);
  };
  return {
    ...instance,
    codeTrees: join(folder, 'trees'),
    freezer: { freeze, thaw },
    allowMemory: (containersMb) => watch.allow(limitBytes(containersMb)),
  };
}

function limitBytes(containersMb: number): number {
  return (overheadMb + instanceOverheadMb + containersMb) * mebibyte;
}
