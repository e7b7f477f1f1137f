import type { Clock } from '../../model/clock.ts';
import { blankKinds, type BlankKind, type Configuration } from '../../model/configuration.ts';
import { InstanceLostError } from '../../model/errors.ts';
import { AgentLink } from '../channels/agent-link.ts';
import { BootedContainer, type ContainerHome } from './booted-container.ts';
import type { Instance, InstanceExit } from '../contract.ts';
import type { ContainerExit, Guest } from '../guest.ts';
import { fairClock } from '../fair-clock.ts';
import { identify } from './guest-clock.ts';
import { GuestCode } from './guest-code.ts';
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
  readonly #instance: Instance;
  readonly #clock: Clock;
  /** Of what goes on inside. */
  readonly #deadlines: Clock;
  readonly #agent: AgentLink;
  readonly #containers = new Map<number, BootedContainer>();
  readonly #code: GuestCode;
  readonly #freeChannels: number[];
  readonly #rest: Rest;
  /** What containers that hold code may take, MiB, by channel. */
  readonly #allowedMb = new Map<number, number>();
  #firstContainers: readonly BootedContainer[] = [];
  #lost: Error | undefined;
  /** It went wrong by itself, before anybody asked for its end. */
  #failed = false;

  constructor(instance: Instance, clock: Clock) {
    this.id = instance.id;
    this.configuration = instance.configuration;
    this.#instance = instance;
    this.#clock = clock;
    this.#deadlines = fairClock(clock, instance.processorTime);
    const given = new Set(instance.containers.map(({ channel }) => channel));
    this.#freeChannels = channelsBelow(instance.channels).filter((channel) => !given.has(channel));
    this.#rest = new Rest(instance.freezer, () => this.#busy);
    this.#agent = new AgentLink(
      instance.channel(0),
      instance.helloSaid,
      {
        onContainerExited: (channel, exit) => {
          this.#containers.get(channel)?.ended({ reason: exit.reason, code: exit.code, signal: exit.signal });
        },
        onOutput: (channel, text) => this.#containers.get(channel)?.output(text),
        onAsk: () => this.#rest.interrupt(),
        onQuiet: () => this.#rest.goOn(),
        onLost: (error) => this.#lose(error),
      },
      this.#deadlines,
    );
    this.#code = new GuestCode(this.#agent);
    this.exited = instance.exited.then((exit) => {
      this.#bury(new InstanceLostError(`The instance ${this.id} died: ${exit.detail}`));
      return { ...exit, expected: exit.expected && !this.#failed };
    });
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

  async processorMs(): Promise<ReadonlyMap<string, number>> {
    const byChannel = await this.#agent.processorMs();
    const living = [...this.#containers].map(([channel, { id }]) => [id, byChannel.get(channel)] as const);
    return new Map(living.flatMap(([id, ms]) => (ms === undefined ? [] : [[id, ms]])));
  }

  rest(): void {
    this.#rest.begin();
  }

  wake(): void {
    this.#rest.end();
  }

  residentBytes(): Promise<number> {
    return this.#instance.residentBytes();
  }

  async destroy(): Promise<void> {
    this.#bury(new InstanceLostError(`The instance ${this.id} was destroyed.`));
    await this.#instance.destroy();
    await this.exited;
  }

  get #busy(): boolean {
    return this.#agent.busy || [...this.#containers.values()].some((container) => container.busy);
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
        this.#allow(at.channel, at.memoryMb);
        return this.#code.bind(at, sha256, code);
      },
      flushContainer: (number) => this.#agent.flush(number),
      killContainer: (number) => this.#agent.kill(number),
      wake: () => this.#rest.end(),
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
    this.#instance.destroy().catch(() => undefined);
  }

  /** Everything in it is dead, or about to be. */
  #bury(error: Error): void {
    this.#lost ??= error;
    this.#agent.close();
    for (const container of this.#containers.values()) container.die(lost);
  }
}

/** The numbers that containers' channels have. */
function channelsBelow(count: number): number[] {
  return Array.from({ length: count - 1 }, (_, index) => index + 1);
}
