import type { Duplex } from 'node:stream';
import { systemClock } from '../../model/clock.ts';
import type { Configuration } from '../../model/configuration.ts';
import { AgentLink } from '../agent-link.ts';
import { ContainerLink } from '../container-link.ts';

/**
 * Brings a freshly booted guest to where it is to be copied: the agent has said hello, the configuration's blank containers
 * are made, and their runtimes have said hello. Nothing is under way when it returns. Throws if the guest does otherwise.
 */
export async function settle(channels: readonly Duplex[], configuration: Configuration): Promise<void> {
  const trouble = Promise.withResolvers<never>();
  let words = '';
  const fail = (reason: string): void => trouble.reject(new Error(`${reason}${words === '' ? '' : `: ${words}`}`));
  const agent = new AgentLink(
    at(channels, 0),
    false,
    {
      onContainerExited: (channel, exit) =>
        fail(`Container ${channel} ended (${exit.reason}, ${exit.code ?? exit.signal})`),
      onOutput: (_, text) => (words = (words + text).slice(-4_096)),
      onLost: (error) => trouble.reject(error),
    },
    systemClock,
  );
  const ready = async (): Promise<void> => {
    await agent.hello;
    for (let channel = 1; channel <= configuration.blankContainers; channel++) {
      const hello = runtimeHello(at(channels, channel), (error) =>
        fail(`Runtime ${channel} hung up (${error?.message})`),
      );
      await agent.makeContainer(channel, configuration);
      await hello;
    }
  };
  await Promise.race([ready(), trouble.promise]);
}

function runtimeHello(channel: Duplex, onEnd: (error: Error | undefined) => void): Promise<ContainerLink> {
  const { promise, resolve } = Promise.withResolvers<ContainerLink>();
  const link = new ContainerLink(channel, false, { onHello: () => resolve(link), onEnd });
  return promise;
}

function at(channels: readonly Duplex[], index: number): Duplex {
  const channel = channels[index];
  if (channel === undefined)
    throw new RangeError(`A guest has ${channels.length} channels, and none of number ${index}.`);
  return channel;
}
