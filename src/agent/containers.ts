import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProfile } from '../protocol/profile.ts';
import { CodeCache } from './code-cache.ts';
import { Container, type ContainerPlace, type Exit } from './container.ts';
import type { ContainerPlan } from './container-command.ts';
import { etcFiles } from './etc-files.ts';
import type { Identity } from './identity/identity.ts';
import { limitsFactory } from './limits/container-limits.ts';
import { OutputPipes } from './output-pipes.ts';
import { seccompProgram } from './seccomp.ts';

/** Who is told of what happens to containers without being asked. */
export interface ContainersEvents {
  onExit(channel: number, exit: Exit): void;
  onOutput(channel: number, text: string): void;
}

/** All containers of this instance and the code they run, addressed by the number of their data channel. */
export class Containers {
  readonly code: CodeCache;
  /** Containers can be made when this has resolved; undefined if they can be now. Where it rejects, `make` throws. */
  readonly ready: Promise<void> | undefined;
  /** Of containers that are made from now on. */
  hostname = 'heddle';
  readonly #place: ContainerPlace;
  readonly #workDir: string;
  readonly #events: ContainersEvents;
  readonly #alive = new Map<number, Container>();
  readonly #bound = new Set<number>();
  readonly #used = new Set<number>();

  constructor(
    profile: AgentProfile,
    openData: (channel: number) => number,
    identity: Identity | undefined,
    events: ContainersEvents,
  ) {
    this.#workDir = profile.workDir;
    this.#events = events;
    mkdirSync(join(profile.workDir, 'containers'), { recursive: true });
    this.code = new CodeCache(join(profile.workDir, 'code'));
    const pipes = new OutputPipes(profile);
    this.ready = pipes.made;
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
    };
  }

  /** Resolves when the container's processes exist. Throws if they could not be made; nothing is left then. */
  async make(plan: Omit<ContainerPlan, 'codeDir' | 'hostname' | 'binds'>): Promise<void> {
    const { channel } = plan;
    if (this.#used.has(channel)) throw new Error(`Channel ${channel} was given to a container before.`);
    this.#used.add(channel);
    const { hostname } = this;
    const codeDir = join(this.#workDir, 'containers', String(channel));
    const container = new Container(this.#place, { ...plan, hostname, codeDir, binds: this.#place.binds });
    this.#alive.set(channel, container);
    void container.exited.then((exit) => this.#ended(container, exit));
    await container.made;
  }

  /** Puts cached code into a blank container, which is limited to `memoryMb` from then on. Throws if there is no such code or container. */
  bind(channel: number, sha256: string, memoryMb: number): void {
    const container = this.#alive.get(channel);
    if (container?.initPid === undefined) throw new Error(`Channel ${channel} has no container.`);
    if (this.#bound.has(channel)) throw new Error(`The container of channel ${channel} already has its code.`);
    this.code.bind(sha256, container.plan.codeDir);
    this.#bound.add(channel);
    container.occupied(memoryMb);
  }

  /** Goes through what `bind` does to files, and leaves nothing of it. Throws if there is no such code. */
  rehearseBind(sha256: string): void {
    const folder = join(this.#workDir, 'containers', 'rehearsal');
    mkdirSync(folder);
    try {
      this.code.bind(sha256, folder);
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
    this.code.unbind(container.plan.codeDir);
    this.#events.onExit(channel, exit);
  }
}
