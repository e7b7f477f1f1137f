import type { Clock } from '../../model/clock.ts';
import type { CodeBundle } from '../../model/functions/code.ts';
import { blankKinds, type BlankKind, type Configuration } from '../../model/runtimes/configuration.ts';
import { CannotMoveError, InstanceLostError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { Admission } from '../../model/network.ts';
import type { RelayLink } from '../relay/relay-link.ts';
import { AgentLink } from '../channels/agent-link.ts';
import { BootedContainer } from './booted-container.ts';
import type { ContainerHome } from './container-home.ts';
import type { Instance, InstanceExit } from '../contract.ts';
import type { ContainerExit, Guest } from '../guest.ts';
import { BootedConnections } from './guest-connections.ts';
import { fairClock } from '../fair-clock.ts';
import { identify, identifyFork } from './guest-clock.ts';
import { GuestCode } from './guest-code.ts';
import { guestRelay } from './guest-relay.ts';
import type { GuestImage } from './moves/fork-guest.ts';
import { GuestMoves } from './moves/guest-moves.ts';
import { rehearseCode } from './rehearsal.ts';
import { Rest } from './rest.ts';

/** After so many rounds V8 has compiled what an agent does when code comes. */
const rehearsals = 3;
const lost: ContainerExit = { reason: 'instance-lost', code: null, signal: null };

/** A guest on an instance of any driver. What breaks the protocol on the agent's channel destroys the
 * instance; what breaks it on a container's own, that container, unless it cannot be killed. */
export class BootedGuest implements Guest {
  readonly id: string;
  readonly configuration: Configuration;
  readonly exited: Promise<InstanceExit>;
  #instance: Instance;
  readonly #clock: Clock;
  /** Of what goes on inside. */
  readonly #deadlines: Clock;
  readonly #agent: AgentLink;
  readonly #relay: RelayLink;
  readonly connections: BootedConnections;
  readonly #containers = new Map<number, BootedContainer>();
  readonly #code: GuestCode;
  readonly #freeChannels: number[];
  readonly #rest: Rest;
  /** What containers that hold code may take, MiB, by channel. */
  readonly #allowedMb = new Map<number, number>();
  readonly moves: GuestMoves;
  readonly #ended = Promise.withResolvers<InstanceExit>();
  #firstContainers: readonly BootedContainer[] = [];
  #limited: string | undefined;
  #lost: Error | undefined;
  /** It went wrong by itself, before anybody asked for its end. */
  #failed = false;

  /** `image`: it is a copy of a guest that was so far. */
  constructor(instance: Instance, clock: Clock, image?: GuestImage) {
    this.id = instance.id;
    this.configuration = instance.configuration;
    this.#instance = instance;
    this.#clock = clock;
    const { processorTime } = instance;
    this.#deadlines = fairClock(clock, processorTime && (() => (this.#instance.processorTime ?? processorTime)()));
    const given = new Set(instance.containers.map(({ channel }) => channel));
    this.#freeChannels =
      image?.freeChannels ?? channelsBelow(instance.channels).filter((channel) => !given.has(channel));
    this.#rest = new Rest(instance.freezer, () => this.#busy);
    this.#agent = new AgentLink(
      instance.channel(0),
      instance.helloSaid,
      {
        onContainerExited: (channel, { reason, code, signal, memoryPeakMb: peak }) => {
          const memory = peak === undefined ? {} : { memoryPeakMb: peak };
          this.#containers.get(channel)?.ended({ reason, code, signal, ...memory });
        },
        onOutput: (channel, text) => this.#containers.get(channel)?.output(text),
        onAsk: () => this.#rest.interrupt(),
        onQuiet: () => this.#rest.goOn(),
        onLost: (error) => this.#lose(error),
      },
      this.#deadlines,
    );
    this.#relay = guestRelay(instance.relay, this.#containers, {
      onLimited: (reason) => (this.#limited = reason),
      onLost: (error) => this.#lose(error),
      onHeard: () => this.connections.look(),
    });
    this.connections = new BootedConnections({
      ...{ id: this.id, relay: this.#relay, containers: this.#containers, clock, deadlines: this.#deadlines },
      interrupt: () => this.#rest.interrupt(),
      goOn: () => this.#rest.goOn(),
      lose: (error) => this.#lose(error),
    });
    this.#code = new GuestCode(this.#agent, instance);
    this.moves = new GuestMoves({
      id: this.id,
      instance: () => this.#instance,
      moveTo: (other) => this.#moveTo(other),
      agent: this.#agent,
      relay: this.#relay,
      containers: this.#containers,
      lost: () => this.#lost,
      destroy: () => this.destroy(),
      guest: this,
      image: (forked) => this.#image(forked),
      copy: (copied, of) => new BootedGuest(copied, clock, of),
    });
    this.moves.watchMoves(this.connections);
    this.exited = this.#ended.promise;
    this.#follow(instance);
    if (image !== undefined) this.#goOnAt(image);
  }

  #follow(instance: Instance): void {
    void instance.exited.then((exit) => {
      if (this.moves.hasLeft(instance)) return;
      this.#bury(new InstanceLostError(`The instance ${this.id} died: ${exit.detail}`));
      this.#ended.resolve({ ...exit, expected: exit.expected && !this.#failed });
    });
  }

  #moveTo(instance: Instance): void {
    this.#instance = instance;
    this.#follow(instance);
  }

  #goOnAt({ agent, relay, code, containers, limited }: GuestImage): void {
    this.#limited = limited;
    this.#agent.take(agent);
    this.#relay.goOnAt(relay);
    this.#code.goOnWith(code);
    for (const place of containers) this.#adopt(place, true).goOnAt(place);
    this.#firstContainers = [...this.#containers.values()].filter(({ channel }) =>
      containers.some((place) => place.channel === channel && place.blank),
    );
  }

  get limited(): string | undefined {
    return this.#limited;
  }

  get firstContainers(): readonly BootedContainer[] {
    return this.#firstContainers;
  }

  get containersLeft(): number {
    return this.#lost === undefined ? this.#freeChannels.length : 0;
  }

  /** Brings it from "started" to "ready". Rejects if it does not get there; the caller then destroys it. */
  async rise(signal: AbortSignal): Promise<void> {
    await this.#agent.hello;
    signal.throwIfAborted();
    await identify(this.#agent, this.#instance);
    signal.throwIfAborted();
    this.#firstContainers =
      this.#instance.containers.length > 0
        ? this.#instance.containers.map((place) => this.#adopt(place, true))
        : await Promise.all(this.#blanks().map((kind) => this.makeContainer(kind, signal)));
  }

  async warmUp(): Promise<void> {
    for (let round = 0; round < rehearsals; round++) await rehearseCode(this.#agent);
    // One after the other: what the first has to have translated, the others find.
    for (const container of this.#firstContainers) await container.rehearse();
  }

  async makeContainer(kind: BlankKind, signal: AbortSignal): Promise<BootedContainer> {
    signal.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
    if (this.moves.paused)
      throw new CannotMoveError(`The instance ${this.id} is paused: no container can be made in it.`);
    const channel = this.#freeChannels.shift();
    if (channel === undefined)
      throw new Error(
        `The instance ${this.id} has no channel left for another container; ask \`containersLeft\` first.`,
      );
    const container = this.#adopt({ channel, kind }, false);
    const giveUp = (): void => void container.kill();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.#agent.makeContainer(channel, kind);
      await container.ready;
      signal.throwIfAborted();
      return container;
    } catch (error) {
      void container.kill();
      throw signal.aborted ? signal.reason : (this.#lost ?? error);
    } finally {
      this.#rest.goOn();
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** To be called of one that is a copy: it becomes somebody else, with this container and its blank ones. */
  async becomeFork(channel: number, randomSeed: number): Promise<BootedContainer> {
    const container = this.#containers.get(channel);
    if (container === undefined) throw new InstanceLostError(`The fork ${this.id} died at once.`);
    await identifyFork(this.#agent, this.#instance, () => container.holdCode(randomSeed));
    return container;
  }

  /** What is in it and does not belong to it: nothing is left of these. */
  async killOthers(channels: readonly number[]): Promise<void> {
    await Promise.all(channels.map((channel) => this.#agent.kill(channel)));
  }

  #image(forked: BootedContainer): GuestImage {
    const places = [...this.#containers.values()].map((container) => container.place);
    const kept = places.filter(({ channel, blank }) => blank || channel === forked.channel);
    return {
      agent: this.#agent.undelivered,
      relay: this.#relay.place,
      code: this.#code.held,
      freeChannels: [...this.#freeChannels],
      limited: this.#limited,
      containers: kept,
      others: places.filter((place) => !kept.includes(place)).map(({ channel }) => channel),
    };
  }

  async hold(sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    // Whoever needs it later sends it then.
    if (this.moves.paused) return;
    return this.#code.hold(sha256, code);
  }

  async processorMs(): Promise<ReadonlyMap<string, number>> {
    if (this.moves.paused) return new Map();
    const byChannel = await this.#agent.processorMs();
    const living = [...this.#containers].map(([channel, { id }]) => [id, byChannel.get(channel)] as const);
    return new Map(living.flatMap(([id, ms]) => (ms === undefined ? [] : [[id, ms]])));
  }

  rest(): void {
    if (!this.moves.paused) this.#rest.begin();
  }

  wake(): void {
    if (this.moves.paused) return;
    // What has ended while it stood still, its kernel hears first.
    if (this.#rest.wanted && this.#relay.unheard) this.connections.tellOf();
    this.#rest.end();
  }

  async residentBytes(): Promise<number> {
    return this.moves.onDisk ? 0 : this.#instance.residentBytes();
  }

  async destroy(): Promise<void> {
    this.#bury(new InstanceLostError(`The instance ${this.id} was destroyed.`));
    await this.#instance.destroy();
    // Nothing of it ran, so that nothing has ended.
    if (this.moves.hasLeft(this.#instance)) this.#ended.resolve({ expected: !this.#failed, detail: 'it was paused' });
    await this.exited;
  }

  get #busy(): boolean {
    return (
      this.#agent.busy || this.connections.busy || [...this.#containers.values()].some((container) => container.busy)
    );
  }

  #blanks(): BlankKind[] {
    return blankKinds.flatMap((kind) => Array.from({ length: this.configuration.blanks[kind] ?? 0 }, () => kind));
  }

  #adopt(place: Instance['containers'][number], helloSaid: boolean): BootedContainer {
    const { channel } = place;
    const home: ContainerHome = {
      clock: this.#clock,
      deadlines: this.#deadlines,
      bindCode: (at, sha256, code) => {
        this.#allow(at.channel, at.memoryMb + (at.storageMb ?? 0));
        return this.#code.bind(at, sha256, code);
      },
      bindLayers: (number, { sha256, code }) => this.#code.bindLayers(number, sha256, code),
      limited: () => this.#limited,
      admit: (number, what) => this.#admit(number, what),
      flushContainer: (number) => this.#agent.flush(number),
      killContainer: (number) => this.#kill(number),
      wake: () => this.wake(),
      news: () => this.connections.news(),
      lose: (error) => this.#lose(error),
    };
    const container = new BootedContainer(place, this.#instance.channel(channel), helloSaid, home);
    this.#containers.set(channel, container);
    void container.exited.then(() => {
      this.#containers.delete(channel);
      this.#allow(channel, 0);
    });
    return container;
  }

  /** In one that stands still nothing can be ended alone. */
  async #kill(channel: number): Promise<void> {
    if (this.moves.paused)
      throw new InstanceLostError(`A container of the instance ${this.id} was ended while that was paused.`);
    await this.#agent.kill(channel);
  }

  async #admit(channel: number, what: Admission): Promise<void> {
    if (what === 'public') return;
    using _ = this.#deadlines.timer(limits.agentAnswerMsMax, () =>
      this.#lose(new InstanceLostError(`The relay of ${this.id} did not answer within ${limits.agentAnswerMsMax} ms.`)),
    );
    await this.#relay.admit(channel, what);
  }

  /** A container may take so much, with the others that hold code beside it. */
  #allow(channel: number, memoryMb: number): void {
    if (memoryMb === 0 && !this.#allowedMb.delete(channel)) return;
    if (memoryMb > 0) this.#allowedMb.set(channel, memoryMb);
    this.#instance.allowMemory?.([...this.#allowedMb.values()].reduce((sum, mb) => sum + mb, 0));
  }

  #lose(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#failed = true;
    this.#bury(error);
    // Its end is told by `exited`, which the driver sees to in any case.
    this.destroy().catch(() => undefined);
  }

  /** Everything in it is dead, or about to be. */
  #bury(error: Error): void {
    this.#lost ??= error;
    this.#agent.close();
    this.#relay.close();
    for (const container of this.#containers.values()) container.die(lost);
  }
}

/** The numbers that containers' channels have. */
function channelsBelow(count: number): number[] {
  return Array.from({ length: count - 1 }, (_, index) => index + 1);
}
