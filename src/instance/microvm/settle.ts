import type { Duplex } from 'node:stream';
import { systemClock } from '../../model/clock.ts';
import type { Configuration } from '../../model/configuration.ts';
import { AgentLink } from '../agent-link.ts';
import { ContainerLink } from '../container-link.ts';
import { rehearse } from './rehearse.ts';

/** How often the guest's clock is read, to find one reading that did not take long. */
const readings = 8;

/**
 * Brings a freshly booted guest to where it is to be copied: the agent has said hello, the configuration's blank containers
 * are made, their runtimes have said hello, and everything was rehearsed. Nothing is under way when it returns. Gives by how
 * many milliseconds the guest's clock is behind. Throws if the guest does otherwise.
 */
export async function settle(channels: readonly Duplex[], configuration: Configuration): Promise<number> {
  const trouble = Promise.withResolvers<never>();
  let words = '';
  const fail = (reason: string): void => trouble.reject(new Error(`${reason}${words === '' ? '' : `: ${words}`}`));
  const agent = new AgentLink(
    at(channels, 0),
    false,
    {
      onContainerExited: (channel, { reason, code, signal }) => {
        if (channel <= configuration.blankContainers) fail(`Container ${channel} ended (${reason}, ${code ?? signal})`);
      },
      onOutput: (_, text) => (words = (words + text).slice(-4_096)),
      onLost: (error) => trouble.reject(error),
    },
    systemClock,
  );
  const container = async (channel: number): Promise<ContainerLink> => {
    const link = greeted(at(channels, channel), (error) => fail(`Runtime ${channel} hung up (${error?.message})`));
    await agent.makeContainer(channel, configuration);
    return link;
  };
  const ready = async (): Promise<number> => {
    await agent.hello;
    for (let channel = 1; channel <= configuration.blankContainers; channel++) await container(channel);
    await rehearse(agent, container);
    return behindMs(agent);
  };
  return Promise.race([ready(), trouble.promise]);
}

function greeted(channel: Duplex, onEnd: (error: Error | undefined) => void): Promise<ContainerLink> {
  const { promise, resolve } = Promise.withResolvers<ContainerLink>();
  const link = new ContainerLink(channel, false, { onHello: () => resolve(link), onEnd });
  return promise;
}

/** The quickest of several readings, taken to have been made half-way (Cristian's algorithm). */
async function behindMs(agent: AgentLink): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, behindMs: 0 };
  for (let reading = 0; reading < readings; reading++) {
    const begin = performance.now();
    const guestMs = await agent.ping();
    const tookMs = performance.now() - begin;
    const hostMs = performance.timeOrigin + begin + tookMs / 2;
    if (tookMs < best.tookMs) best = { tookMs, behindMs: hostMs - guestMs };
  }
  return best.behindMs;
}

function at(channels: readonly Duplex[], index: number): Duplex {
  const channel = channels[index];
  if (channel === undefined)
    throw new RangeError(`A guest has ${channels.length} channels, and none of number ${index}.`);
  return channel;
}
