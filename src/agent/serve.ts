import type { Duplex } from 'node:stream';
import { Connection } from '../protocol/framing/connection.ts';
import { protocolVersion, type AgentMessage, type AgentRequest } from '../protocol/messages.ts';
import type { AgentProfile } from '../protocol/profile.ts';
import { parseAgentRequest } from '../protocol/requests.ts';
import { Containers } from './containers.ts';
import type { Identity } from './identity/identity.ts';
import type { Relay } from './relay/relay.ts';

/**
 * Serves the host over channel 0 until it ends; then ends all containers and resolves, with what was wrong if it did
 * not simply end. Requests are begun in order. `identify` holds up those after it; other slow ones (making and ending
 * containers) do not. `identity` is there where this instance is a copy.
 */
export function serve(
  stream: Duplex,
  profile: AgentProfile,
  openData: (channel: number) => number,
  { identity, relay }: { readonly identity: Identity | undefined; readonly relay: Relay },
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const containers = new Containers(
      profile,
      openData,
      { identity, relay },
      {
        onExit: (channel, exit) => connection.send({ type: 'container-exited', channel, ...exit }),
        onOutput: (channel, text) => connection.send({ type: 'output', channel, text }),
      },
    );
    const requests = new Requests(containers, identity, (message) => connection.send(message));
    const connection = new Connection<AgentRequest, AgentMessage>(stream, parseAgentRequest, {
      onMessage: (request) => requests.receive(request),
      onEnd: (error) => void containers.killAll().then(() => resolve(error)),
    });
    connection.send({ type: 'hello', protocol: protocolVersion, role: 'agent' });
  });
}

class Requests {
  readonly #containers: Containers;
  readonly #identity: Identity | undefined;
  readonly #send: (message: AgentMessage) => void;
  /** Those that came while the instance was being given its identity, or was not ready for any. */
  #held: AgentRequest[] | undefined;

  constructor(containers: Containers, identity: Identity | undefined, send: (message: AgentMessage) => void) {
    this.#containers = containers;
    this.#identity = identity;
    this.#send = send;
    if (containers.ready === undefined) return;
    // Saying hello need not wait for it. What went wrong, the first container that cannot be made will tell.
    this.#held = [];
    const resume = (): void => this.#resume();
    containers.ready.then(resume, resume);
  }

  receive(request: AgentRequest): void {
    if (this.#held !== undefined) {
      this.#held.push(request);
      return;
    }
    if (request.type === 'identify') this.#held = [];
    void this.#answer(request).finally(() => {
      if (request.type === 'identify') this.#resume();
    });
  }

  async #answer(request: AgentRequest): Promise<void> {
    const { seq } = request;
    try {
      const slow = this.#carryOut(request);
      if (slow !== undefined) await slow;
      this.#send({ type: 'done', seq, ...this.#said(request) });
    } catch (error) {
      this.#send({ type: 'failed', seq, message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What the answer carries beside that it is done. */
  #said({ type }: AgentRequest): Pick<Extract<AgentMessage, { type: 'done' }>, 'wallMs' | 'processorMs'> {
    if (type === 'usage') return { processorMs: this.#containers.processorMs() };
    return type === 'ping' || type === 'identify' ? { wallMs: Date.now() } : {};
  }

  #resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const request of held) this.receive(request);
  }

  /** Code and binding are done when this returns, so that what follows in the stream finds them done. */
  #carryOut(request: AgentRequest): Promise<void> | undefined {
    switch (request.type) {
      case 'identify':
        this.#containers.hostname = request.instanceId;
        return this.#identity?.identify(request);
      case 'make-container':
        return this.#containers.make(request);
      case 'code':
        this.#containers.code.store(request.sha256, request.files, request.last);
        return undefined;
      case 'code-image':
        return this.#containers.code.mountImage(request.sha256);
      case 'code-tree':
        this.#containers.adopt(request.sha256, request.name, request.bytes);
        return undefined;
      case 'bind-layers':
        return this.#containers.bindLayers(request.channel, request.sha256);
      case 'bind':
        return this.#containers.bind(request);
      case 'rehearse-bind':
        this.#containers.rehearseBind(request.sha256);
        return undefined;
      case 'drop-code':
        this.#containers.code.drop(request.sha256);
        return undefined;
      case 'flush':
        this.#containers.flush(request.channel);
        return undefined;
      case 'kill':
        return this.#containers.kill(request.channel);
      case 'usage':
      case 'ping':
        return undefined;
      default:
        throw new Error('No such request.');
    }
  }
}
