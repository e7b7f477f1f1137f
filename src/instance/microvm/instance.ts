import { limits } from '../../model/limits.ts';
import { treeProcessorTime } from '../processes/processes.ts';
import { treeResidentBytes } from '../processes/resident.ts';
import type { Instance, InstanceExit, InstanceSpec } from '../contract.ts';
import type { Clone } from './clone.ts';

/** The instance that a running copy is. */
export function microvmInstance(spec: InstanceSpec, clone: Clone, containers: Instance['containers']): Instance {
  const { qemu, gone } = clone;
  const relay = qemu.channels[limits.relayChannel];
  if (relay === undefined) throw new Error('A copy has no channel for its relay.');
  const asked = new Set<number>();
  let destroying = false;
  const exited = gone.then((detail): InstanceExit => {
    // Nobody reads these, so nobody would see them end.
    qemu.channels.forEach((channel, index) => asked.has(index) || index === limits.relayChannel || channel.destroy());
    return { expected: destroying, detail };
  });
  return {
    id: spec.instanceId,
    configuration: spec.configuration,
    containers,
    channels: limits.channelsPerInstance,
    helloSaid: true,
    clockBehindMs: () => clone.clockBehindMs,
    channel: (index) => {
      const channel = index < limits.channelsPerInstance ? qemu.channels[index] : undefined;
      if (channel === undefined)
        throw new RangeError(`Channel ${index} was asked for; an instance has ${limits.channelsPerInstance}, from 0.`);
      asked.add(index);
      return channel;
    },
    relay,
    exited,
    residentBytes: () => treeResidentBytes(qemu.pid),
    processorTime: () => treeProcessorTime(qemu.pid),
    destroy: async () => {
      destroying = true;
      await qemu.kill();
      await exited;
      for (const channel of qemu.channels) channel.destroy();
    },
  };
}
