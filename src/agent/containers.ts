import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentRequest } from '../protocol/messages.ts';
import type { AgentProfile } from '../protocol/profile.ts';
import { CodeCache } from './code/cache.ts';
import { CodeMounts } from './code/mounts.ts';
import { checkPath } from './code/stage.ts';
import { Container, type ContainerPlace, type Exit } from './container.ts';
import type { ContainerPlan } from './container-command.ts';
import { etcFiles } from './etc-files.ts';
import type { Identity } from './identity/identity.ts';
import { makeOptFolder, optPlaces, type OptPlaces } from './opt-folder.ts';
import { putAuthority } from './trust.ts';
import { limitsFactory } from './limits/container-limits.ts';
import { MachineFiles } from './machine-files.ts';
import { OutputPipes } from './output-pipes.ts';
import type { Relay } from './relay/relay.ts';
import { seccompProgram } from './seccomp.ts';

/** Who is told of what happens to containers without being asked. */
export interface ContainersEvents {
  onExit(channel: number, exit: Exit): void;
  onOutput(channel: number, text: string): void;
}

type Binding = Omit<Extract<AgentRequest, { type: 'bind' }>, 'type' | 'seq'>;

/** All containers of this instance and the code they run, addressed by the number of their data channel. */
export class Containers {
  readonly code: CodeCache;
  /** Containers can be made when this has resolved; undefined if they can be now. Where it rejects, `make` throws. */
  readonly ready: Promise<void> | undefined;
  /** Of containers that are made from now on. */
  hostname = 'heddle';
  readonly #place: ContainerPlace;
  readonly #workDir: string;
  readonly #optPlaces: OptPlaces;
  readonly #codeTrees: string | undefined;
  readonly #events: ContainersEvents;
  readonly #relay: Relay;
  readonly #alive = new Map<number, Container>();
  readonly #machines = new Map<number, MachineFiles>();
  readonly #bound = new Set<number>();
  readonly #used = new Set<number>();

  constructor(
    profile: AgentProfile,
    openData: (channel: number) => number,
    { identity, relay }: { readonly identity: Identity | undefined; readonly relay: Relay },
    events: ContainersEvents,
  ) {
    this.#workDir = profile.workDir;
    this.#events = events;
    this.#optPlaces = optPlaces(profile);
    this.#relay = relay;
    mkdirSync(join(profile.workDir, 'containers'), { recursive: true });
    const mounted = profile.codeTrees?.by === 'mount' || profile.codeImages === true;
    const mounts = mounted ? new CodeMounts(dirname(profile.workDir)) : undefined;
    this.#codeTrees = profile.codeTrees?.dir;
    this.code = new CodeCache(join(profile.workDir, 'code'), mounts);
    const pipes = new OutputPipes(profile);
    this.ready = mounts === undefined ? pipes.made : Promise.all([mounts.ready, pipes.made]).then(() => undefined);
    const seccompFile = join(profile.workDir, 'seccomp.bpf');
    writeFileSync(seccompFile, seccompProgram(profile.memoryLimit === 'watch'), { mode: 0o600 });
    this.#place = {
      profile,
      limits: limitsFactory(profile),
      seccompFile,
      openData,
      openOutput: (channel) => pipes.open(channel),
      binds: [...etcFiles(profile), ...(identity?.binds ?? [])],
      onMade: async (initPid) => identity?.containerStarted(initPid),
      onOutput: (channel, text) => events.onOutput(channel, text),
      onTaken: (channel, bytes) => this.#machines.get(channel)?.taken(bytes),
    };
  }

  /** Resolves when the container's processes exist. Throws if they could not be made; nothing is left then. */
  async make(plan: Omit<ContainerPlan, 'codeDir' | 'optDir' | 'hostname' | 'binds'>): Promise<void> {
    const { channel } = plan;
    if (this.#used.has(channel)) throw new Error(`Channel ${channel} was given to a container before.`);
    this.#used.add(channel);
    const { hostname } = this;
    const codeDir = join(this.#workDir, 'containers', String(channel));
    const optDir = join(this.#workDir, 'containers', `${channel}-opt`);
    makeOptFolder(optDir, this.#optPlaces);
    const machine = new MachineFiles(join(this.#workDir, 'machines', String(channel)), plan.pidsMax, plan.heapMb);
    this.#machines.set(channel, machine);
    const binds = [...this.#place.binds, ...machine.binds];
    const container = new Container(this.#place, { ...plan, hostname, codeDir, optDir, binds });
    this.#alive.set(channel, container);
    void container.exited.then((exit) => this.#ended(container, exit));
    await container.made;
    // While the runtime starts, which takes longer.
    const { initPid } = container;
    if (initPid !== undefined) await this.#connect(container, initPid);
  }

  async #connect(container: Container, initPid: number): Promise<void> {
    try {
      await this.#relay.containerStarted(container.plan.channel, initPid);
    } catch (error) {
      container.kill();
      throw error;
    }
  }

  /** Puts cached code into a blank container, which is limited to `memoryMb` from then on. Throws if there is no such code or container. */
  bind({ channel, sha256, memoryMb, storageMb, authority }: Binding): Promise<void> | undefined {
    const container = this.#alive.get(channel);
    if (container?.initPid === undefined) throw new Error(`Channel ${channel} has no container.`);
    if (this.#bound.has(channel)) throw new Error(`The container of channel ${channel} already has its code.`);
    if (authority !== undefined) putAuthority(container.plan.optDir, authority, this.#place.profile);
    const bound = this.code.bind(sha256, container.plan.codeDir);
    this.#bound.add(channel);
    container.occupied({ memoryMb, storageMb });
    const stored = storageMb === undefined ? undefined : this.#relay.storage(container.initPid, storageMb);
    this.#machines.get(channel)?.fit(memoryMb);
    // Whoever waits for the code does not wait for this.
    setImmediate(() => this.#machines.get(channel)?.fitRest());
    return stored === undefined ? bound : Promise.all([bound, stored]).then(() => undefined);
  }

  /** Takes code that the host has put where the profile says. Throws if it is not there. */
  adopt(sha256: string, name: string, bytes: number): void {
    if (this.#codeTrees === undefined) throw new Error('The host cannot put code into this instance.');
    checkPath(name);
    this.code.adopt(sha256, join(this.#codeTrees, name), bytes);
  }

  /** Puts cached layers into `/opt` of a blank container that has no code yet. Throws if there are no such layers, or no such container. */
  bindLayers(channel: number, sha256: string): Promise<void> | undefined {
    const container = this.#alive.get(channel);
    if (container?.initPid === undefined) throw new Error(`Channel ${channel} has no container.`);
    if (this.#bound.has(channel)) throw new Error(`The container of channel ${channel} already has its code.`);
    return this.code.bindBeside(sha256, container.plan.optDir);
  }

  /** Goes through what `bind` does to files, and leaves nothing of it. Throws if there is no such code. */
  rehearseBind(sha256: string): void {
    const folder = join(this.#workDir, 'containers', 'rehearsal');
    mkdirSync(folder);
    try {
      void this.code.bind(sha256, folder);
    } finally {
      this.code.unbind(folder);
    }
  }

  /** Passes on what the container has printed until now, if there is one. */
  flush(channel: number): void {
    this.#alive.get(channel)?.flush();
  }

  /** Resolves when nothing is left of the container, also if there was none. */
  async kill(channel: number): Promise<void> {
    const container = this.#alive.get(channel);
    if (container === undefined) return;
    container.kill();
    await container.exited;
  }

  /** Processor time that each living container's processes wanted until now, milliseconds; see the message `usage`. */
  processorMs(): (readonly [channel: number, ms: number])[] {
    return [...this.#alive].map(([channel, container]) => [channel, container.processorMs()] as const);
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#alive.keys()].map((channel) => this.kill(channel)));
  }

  #ended(container: Container, exit: Exit): void {
    const { channel } = container.plan;
    this.#alive.delete(channel);
    this.#bound.delete(channel);
    this.#machines.get(channel)?.drop();
    this.#machines.delete(channel);
    // A relay that is gone takes the agent along.
    this.#relay.containerEnded(channel).catch(() => undefined);
    this.code.unbind(container.plan.codeDir);
    this.code.unbind(container.plan.optDir);
    this.#events.onExit(channel, exit);
  }
}
