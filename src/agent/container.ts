import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { ContainerExitReason } from '../protocol/messages.ts';
import {
  asSeenInside,
  childPid,
  startBubblewrap,
  stdioOf,
  type BubblewrapPlace,
  type Printed,
  type ProcessEnd,
} from './bubblewrap.ts';
import { besideFunctionMb, containerFds, type ContainerPlan } from './container-command.ts';
import type { ContainerLimits, LimitReason, LimitsFactory, Share } from './limits/contract.ts';
import { Output } from './output.ts';

/** How a container ended. */
export interface Exit extends ProcessEnd {
  readonly reason: ContainerExitReason;
  /** The most memory that its processes were seen to have for themselves, MiB. */
  readonly memoryPeakMb?: number;
}

/** What containers of one agent have in common. */
export interface ContainerPlace extends BubblewrapPlace {
  readonly limits: LimitsFactory;
  /** Bound in beside the profile's, over the container's own file systems. */
  readonly binds: ContainerPlan['binds'];
  /** Called while a container is held before its start. */
  readonly onMade: (initPid: number) => Promise<void>;
  readonly onOutput: (channel: number, text: string) => void;
  /** A container with code in it has so much memory in use, bytes. */
  readonly onTaken: (channel: number, bytes: number) => void;
}

/** What V8 says when a program needs more heap than it may have. */
const heapMessage = 'JavaScript heap out of memory';

/** One container: bubblewrap, its process that watches from outside, and the runtime inside. */
export class Container {
  readonly plan: ContainerPlan;
  /** Resolves when its processes exist; rejects if they could not be made, and then nothing is left. */
  readonly made: Promise<void>;
  /** Resolves when nothing runs in it any more. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #limits: ContainerLimits;
  readonly #output: Output;
  #occupied = false;
  #initPid: number | undefined;
  #killedFor: LimitReason | 'killed' | undefined;
  #memoryPeakMb: number | undefined;
  #heapExhausted = false;
  #words = '';

  constructor(place: ContainerPlace, plan: ContainerPlan) {
    this.plan = plan;
    mkdirSync(plan.codeDir, { recursive: true });
    this.#limits = place.limits(plan, {
      over: (reason) => this.kill(reason),
      taken: (bytes) => place.onTaken(plan.channel, bytes),
    });
    const { child, printed } = startBubblewrap(place, plan);
    this.#child = child;
    this.#output = this.#watchOutput(place, printed);
    this.exited = this.#watchExit();
    this.made = this.#watchStart(place);
    // Whoever asked for the container is told; an exit before that is not one more error.
    this.made.catch(() => undefined);
  }

  /** Process id of the container's first process, as this instance counts; undefined until `made`. */
  get initPid(): number | undefined {
    return this.#initPid;
  }

  /** User code is about to run in it, and may take so much. */
  occupied(share: Share): void {
    this.#occupied = true;
    this.#limits.occupied({ ...share, memoryMb: share.memoryMb + besideFunctionMb(this.plan) });
  }

  /** Processor time that its processes wanted until now, milliseconds. */
  processorMs(): number {
    return this.#initPid === undefined ? 0 : (this.#limits.processorMs() ?? 0);
  }

  /** Passes on at once what it has printed until now. */
  flush(): void {
    this.#output.drain();
  }

  /** Ends everything in it at once. Idempotent. Wait for `exited`. */
  kill(reason: LimitReason | 'killed' = 'killed'): void {
    // What has ended by itself was not killed, however late that is noticed.
    if (this.#initPid === undefined || isAlive(this.#initPid)) this.#killedFor ??= reason;
    if (this.#occupied) this.#memoryPeakMb ??= this.#limits.memoryPeakMb();
    // The kernel kills all of a process namespace with its first process. Before that one is known, its parent takes it along.
    if (this.#initPid === undefined) this.#child.kill('SIGKILL');
    else signal(this.#initPid);
  }

  async #watchStart(place: ContainerPlace): Promise<void> {
    const info = stdioOf(this.#child, containerFds.info);
    const hold = stdioOf(this.#child, containerFds.hold);
    if (!(info instanceof Readable) || !(hold instanceof Writable)) throw new Error('bubblewrap was given no pipes.');
    const initPid = await Promise.race([childPid(info), this.exited.then(() => undefined)]);
    if (initPid === undefined)
      throw new Error(`The container ended before it began: ${this.#words.trim() || 'no reason given'}`);
    this.#initPid = initPid;
    if (this.#killedFor !== undefined) return signal(initPid);
    try {
      this.#limits.admit(initPid);
      await place.onMade(initPid);
    } catch (error) {
      this.kill();
      throw error;
    }
    offerToKernel(initPid);
    hold.end('\n');
  }

  async #watchExit(): Promise<Exit> {
    const ended = await new Promise<ProcessEnd>((resolve) => {
      this.#child.once('error', (error) => {
        this.#words += error.message;
        resolve({ code: null, signal: null });
      });
      this.#child.once('exit', (code, killedBy) => resolve(asSeenInside(code, killedBy)));
    });
    if (this.#initPid !== undefined) await gone(this.#initPid);
    // Its last words come before the news of its end, and may be the reason for it.
    this.flush();
    const peak = this.#memoryPeakMb ?? (this.#occupied ? this.#limits.memoryPeakMb() : undefined);
    const reason = this.#killedFor ?? this.#limits.verdict() ?? (this.#heapExhausted ? 'memory' : 'exit');
    this.#limits.release();
    return { ...ended, reason, ...(peak === undefined ? {} : { memoryPeakMb: peak }) };
  }

  #watchOutput(place: ContainerPlace, { stream, fd }: Printed): Output {
    const output = new Output((text) => {
      // The last words tell why a container ended: V8's, or bubblewrap's own complaint.
      this.#words = (this.#words + text).slice(-4_096);
      this.#heapExhausted ||= this.#words.includes(heapMessage);
      place.onOutput(this.plan.channel, text);
    });
    output.attach(stream, fd);
    return output;
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is dead already.
  }
}

/** What the kernel should take first when memory or processor time are short: user code, never the agent. */
function offerToKernel(pid: number): void {
  for (const offer of [() => writeFileSync(`/proc/${pid}/oom_score_adj`, '900'), () => setPriority(pid, 0)]) {
    try {
      offer();
    } catch {
      // Not allowed here, and only a precaution.
    }
  }
}

/** bubblewrap may end a moment before the namespace it made; a process that is only waiting to be reaped counts as gone. */
async function gone(pid: number): Promise<void> {
  for (let pauseMs = 1; isAlive(pid); pauseMs = Math.min(pauseMs * 2, 50)) {
    signal(pid);
    await wait(pauseMs);
  }
}

/** A zombie is not: where the agent is the first process, and so nobody's but its own child, it is never reaped. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may itself hold brackets and blanks: the state comes after the last one.
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}
