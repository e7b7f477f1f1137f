import { rm } from 'node:fs/promises';
import type { Instance, InstanceExit, InstanceSpec } from '../contract.ts';
import type { ProcessTree } from './process-tree.ts';
import { lendingReads } from './lent-reads.ts';
import { treeProcessorTime } from './processes.ts';

/** What an instance is made of, where it is a tree of processes with inherited channels. */
export interface TreeInstanceParts {
  readonly spec: InstanceSpec;
  readonly tree: ProcessTree;
  /** Removed when the tree is gone. */
  readonly folder: string;
  residentBytes(): Promise<number>;
  /** Called when the tree is gone, before the folder is removed. */
  readonly cleanUp?: () => Promise<void>;
}

/** The instance that a running tree is. */
export function treeInstance(parts: TreeInstanceParts): Instance {
  const { spec, tree } = parts;
  // The last is the relay's.
  const channels = tree.channels.slice(0, -1);
  const relay = tree.channels.at(-1);
  if (relay === undefined) throw new Error('An instance was started without channels.');
  const asked = new Set<number>();
  let destroying = false;
  const exited = tree.exited.then(async ({ detail }): Promise<InstanceExit> => {
    // Nobody reads these, so nobody would see them end.
    channels.forEach((channel, index) => asked.has(index) || channel.destroy());
    const trouble = await cleanUp(parts);
    return { expected: destroying, detail: trouble === undefined ? detail : `${detail}; ${trouble}` };
  });
  return {
    id: spec.instanceId,
    configuration: spec.configuration,
    containers: [],
    channels: channels.length,
    helloSaid: false,
    channel: (index) => {
      const channel = channels[index];
      if (channel === undefined)
        throw new RangeError(`Channel ${index} was asked for; an instance has ${channels.length}, from 0.`);
      if (asked.has(index)) return channel;
      asked.add(index);
      return (channels[index] = lendingReads(channel));
    },
    relay,
    exited,
    residentBytes: () => parts.residentBytes(),
    processorTime: () => treeProcessorTime(tree.pid),
    destroy: async () => {
      destroying = true;
      await tree.kill();
      await exited;
      for (const channel of [...channels, relay]) channel.destroy();
    },
  };
}

async function cleanUp({ folder, cleanUp: own }: TreeInstanceParts): Promise<string | undefined> {
  try {
    await own?.();
    await rm(folder, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    return `its folder ${folder} could not be removed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
