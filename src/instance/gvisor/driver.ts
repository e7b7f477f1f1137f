import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleGuest } from '../../image/bundle.ts';
import { ensureRoot } from '../../image/root.ts';
import { instanceOverheadMb } from '../../model/configuration.ts';
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
      coarseProcessorTime: true,
      ...containerCounts,
    },
    probe: (signal) => probeGvisor(places, signal),
    prepare: async (_configuration, report, signal) => {
      ready ??= await prepareKit(places, report, signal);
    },
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
  const root = await ensureRoot(places.cache, report, signal);
  return { runsc: path, rootDir: root.dir, bundle: await bundleGuest(bundleFolder), bundleFolder };
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
    await writeFile(join(folder, 'config.json'), JSON.stringify(sandboxSpec(kit)));
    signal.throwIfAborted();
    const channels = limits.socketChannelsPerInstance;
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
    freezer: { freeze, thaw },
    allowMemory: (containersMb) => watch.allow(limitBytes(containersMb)),
  };
}

function limitBytes(containersMb: number): number {
  return (overheadMb + instanceOverheadMb + containersMb) * mebibyte;
}
