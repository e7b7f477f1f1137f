import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { Connection } from '../../protocol/framing/connection.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { protocolVersion, type AgentMessage, type AgentRequest } from '../../protocol/messages.ts';
import { relayFrame, relayHeadBytes } from '../../protocol/relay.ts';
import { parseAgentRequest } from '../../protocol/requests.ts';
import type { Instance, InstanceDriver, InstanceExit, InstanceSpec } from '../contract.ts';
import { RelayFrameReader } from '../relay/frame-reader.ts';

/** How everybody begins. */
export const hello: { readonly type: 'hello'; readonly protocol: number } = {
  type: 'hello',
  protocol: protocolVersion,
};

/** A guest that is only its channels: the test says what agent and runtimes say. Its agent does as asked until told otherwise. */
export class ScriptedGuest {
  readonly guestEnds: Duplex[] = [];
  readonly asked: AgentRequest[] = [];
  destroyed = false;
  #onAsked: ((request: AgentRequest) => void) | undefined;
  /** What the agent answers; undefined keeps silent. */
  answer: (request: AgentRequest) => object | undefined = (request) => ({ type: 'done', seq: request.seq });
  /** Whether its relay does as it is asked, too. */
  relayAnswers = true;
  agentHello: object = { ...hello, role: 'agent' };

  readonly driver: InstanceDriver = {
    name: 'host',
    capabilities: { ownKernel: false, emulated: false, clones: false, containersMax: 3, containersEverMax: 3 },
    probe: () => Promise.reject(new Error('not asked')),
    prepare: () => Promise.resolve(),
    sweep: () => Promise.resolve(0),
    start: (spec) => Promise.resolve(this.#instance(spec)),
  };

  #instance({ instanceId: id, configuration }: InstanceSpec): Instance {
    const exit = Promise.withResolvers<InstanceExit>();
    const hostEnds = Array.from({ length: 4 }, () => {
      const [hostEnd, guestEnd] = duplexPair();
      guestEnd.on('error', () => undefined);
      this.guestEnds.push(guestEnd);
      return hostEnd;
    });
    this.#serve();
    return {
      id,
      configuration,
      containers: [],
      channels: 4,
      helloSaid: false,
      channel: (index) => hostEnds[index] ?? assert.fail(`channel ${index}`),
      relay: this.#serveRelay(),
      exited: exit.promise,
      residentBytes: () => Promise.resolve(0),
      destroy: () => {
        this.destroyed = true;
        exit.resolve({ expected: true, detail: 'destroyed' });
        return Promise.resolve();
      },
    };
  }

  #serve(): void {
    void new Connection<AgentRequest, AgentMessage>(this.end(0), parseAgentRequest, {
      onMessage: (request) => {
        this.asked.push(request);
        this.#onAsked?.(request);
        if (request.type === 'make-container') this.say(request.channel, { ...hello, role: 'runtime' });
        const answer = this.answer(request);
        if (answer !== undefined) this.say(0, answer);
      },
      onEnd: () => undefined,
    });
    this.say(0, this.agentHello);
  }

  #serveRelay(): Duplex {
    const [hostEnd, relay] = duplexPair();
    relay.on('error', () => undefined);
    const reader = new RelayFrameReader(({ type, id }) => {
      const answer = { [relayFrame.admit]: relayFrame.admitted, [relayFrame.sync]: relayFrame.synced }[type];
      if (answer === undefined || !this.relayAnswers) return;
      const admitted = Buffer.alloc(relayHeadBytes);
      admitted.writeUInt32LE(relayHeadBytes - 4, 0);
      admitted.writeUInt8(answer, 4);
      admitted.writeUInt32LE(id, 5);
      relay.write(admitted);
    });
    relay.on('data', (chunk: Buffer) => reader.push(chunk));
    return hostEnd;
  }

  /** Resolves at the next request of this type. */
  askedFor(type: AgentRequest['type']): Promise<void> {
    return new Promise((resolve) => {
      this.#onAsked = (request) => request.type === type && resolve();
    });
  }

  end(channel: number): Duplex {
    return this.guestEnds[channel] ?? assert.fail(`channel ${channel}`);
  }

  say(channel: number, message: object): void {
    this.end(channel).write(encodeFrameWhole(message));
  }
}
