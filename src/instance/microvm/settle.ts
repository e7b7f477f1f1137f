import type { Duplex } from 'node:stream';
import type { Configuration } from '../../model/configuration.ts';
import { limits } from '../../model/limits.ts';
import { Connection } from '../../protocol/connection.ts';
import type { AgentMessage, AgentRequest, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { checkVersion, parseAgentMessage, parseRuntimeMessage } from '../../protocol/validate.ts';

/**
 * Brings a freshly booted guest to where it is to be copied: the agent has said hello, the configuration's blank containers
 * are made, and their runtimes have said hello. Nothing is under way when it returns. Throws if the guest does otherwise.
 */
export async function settle(channels: readonly Duplex[], configuration: Configuration): Promise<void> {
  const agent = await greet<AgentMessage, AgentRequest>(at(channels, 0), parseAgentMessage);
  const { runtime, memoryMb, blankContainers } = configuration;
  for (let channel = 1; channel <= blankContainers; channel++) {
    const hello = greet<RuntimeMessage, RuntimeRequest>(at(channels, channel), parseRuntimeMessage);
    const { pidsPerContainer: pidsMax, tmpBytes } = limits;
    agent.connection.send({ type: 'make-container', seq: channel, channel, runtime, memoryMb, pidsMax, tmpBytes });
    const answer = await agent.next();
    if (answer.type !== 'done') throw new Error(`The agent could not make a container: ${JSON.stringify(answer)}`);
    await hello;
  }
}

interface Greeted<In, Out extends object> {
  readonly connection: Connection<In, Out>;
  next(): Promise<In>;
}

/** Waits for the other side's hello, and then hands out what it says, a message at a time. */
async function greet<In extends { readonly type: string }, Out extends object>(
  stream: Duplex,
  parse: (value: unknown) => In,
): Promise<Greeted<In, Out>> {
  const said: In[] = [];
  let wake = Promise.withResolvers<void>();
  let ended: Error | undefined;
  const connection = new Connection<In, Out>(stream, parse, {
    onMessage: (message) => {
      said.push(message);
      wake.resolve();
    },
    onEnd: (error) => {
      ended = error ?? new Error('The guest closed a channel.');
      wake.resolve();
    },
  });
  const next = async (): Promise<In> => {
    for (;;) {
      const message = said.shift();
      if (message !== undefined) return message;
      if (ended !== undefined) throw ended;
      wake = Promise.withResolvers();
      await wake.promise;
    }
  };
  const hello = await next();
  if (!isHello(hello)) throw new Error(`A guest began with ${hello.type} in place of hello.`);
  checkVersion(hello);
  return { connection, next };
}

function isHello(message: object): message is { readonly protocol: number; readonly role: string } {
  return 'protocol' in message && 'role' in message;
}

function at(channels: readonly Duplex[], index: number): Duplex {
  const channel = channels[index];
  if (channel === undefined)
    throw new RangeError(`A guest has ${channels.length} channels, and none of number ${index}.`);
  return channel;
}
