import type { Duplex } from 'node:stream';
import { systemClock } from '../../../model/clock.ts';
import { runtimes, type BlankKind, type Configuration } from '../../../model/runtimes/configuration.ts';
import { limits } from '../../../model/limits.ts';
import { AgentLink } from '../../channels/agent-link.ts';
import { ContainerLink, type RuntimeEvents } from '../../channels/container-link.ts';
import { measureBehindMs } from '../../guest/guest-clock.ts';
import { blankContainers } from '../guest-shape.ts';
import { rehearse, rehearseContainer } from './rehearse.ts';

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
        if (channel !== limits.rehearsalChannel) fail(`Container ${channel} ended (${reason}, ${code ?? signal})`);
      },
      onOutput: (_, text) => (words = (words + text).slice(-4_096)),
      onLost: (error) => trouble.reject(error),
    },
    systemClock,
  );
  const container = async (channel: number, kind: BlankKind): Promise<ContainerLink> => {
    const link = greeted(at(channels, channel), {
      onEnd: (error) => fail(`Runtime ${channel} hung up (${error?.message})`),
      flush: () => agent.flush(channel),
    });
    await agent.makeContainer(channel, kind);
    return link;
  };
  const ready = async (): Promise<number> => {
    await agent.hello;
    const planned = blankContainers(configuration);
    const [first = { kind: runtimes[0] }] = planned;
    await rehearseContainer(agent, (channel) => container(channel, first.kind));
    const blanks: ContainerLink[] = [];
    for (const { channel, kind } of planned) blanks.push(await container(channel, kind));
    await rehearse(agent, blanks);
    return measureBehindMs(agent);
  };
  return Promise.race([ready(), trouble.promise]);
}

function greeted(channel: Duplex, events: Omit<RuntimeEvents, 'onHello'>): Promise<ContainerLink> {
  const { promise, resolve } = Promise.withResolvers<ContainerLink>();
  const link = new ContainerLink(channel, false, { ...events, onHello: () => resolve(link) });
  return promise;
}

function at(channels: readonly Duplex[], index: number): Duplex {
  const channel = channels[index];
  if (channel === undefined)
    throw new RangeError(`A guest has ${channels.length} channels, and none of number ${index}.`);
  return channel;
}
