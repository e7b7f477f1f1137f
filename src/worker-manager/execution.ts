import { randomBytes, randomInt } from 'node:crypto';
import type { ContainerExit, ContainerInvocation, RuntimeAnswer } from '../instance/guest.ts';
import type { Clock } from '../model/clock.ts';
import type { CodeBundle } from '../model/code.ts';
import { InstanceLostError } from '../model/errors.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { InvocationOutcome, InvocationResult } from '../model/invocation.ts';
import type { StartPath } from '../model/start-path.ts';
import type { ActiveContainer } from './active-pool/state.ts';
import type { CodeSource } from './contract.ts';
import { Deadline } from './deadline.ts';
import { runtimeInit } from './environment.ts';
import type { ExecutionEnd } from './execution-end.ts';
import { exitError, exitNote, functionError, timeoutError } from './function-error.ts';
import { InvocationLog } from './invocation-log.ts';
import { laneOf } from './lane.ts';
import { initAllowanceMs, startAllowanceMs } from './load-allowance.ts';
import type { Ticket } from './queue/ticket.ts';

/** What an execution needs of its surroundings. */
export interface ExecutionHost {
  readonly clock: Clock;
  readonly region: string;
  readonly codeSource: CodeSource;
  /** What is to be told of text that comes after the outcome; it must not hold on to the invocation. */
  lateLog(fn: FunctionVersion, requestId: string): (text: string) => void;
  /** Called once for each execution. */
  ended(execution: Execution, end: ExecutionEnd): void;
}

/** One run of a ticket on a container: sends it, watches its deadlines, and says how it ended. */
export class Execution implements ContainerInvocation {
  readonly ticket: Ticket;
  readonly container: ActiveContainer;
  readonly startPath: StartPath;
  readonly requestId: string;
  readonly deadlineWallMs: number;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly thread?: ContainerInvocation['thread'] & object;
  readonly onLateLog: (text: string) => void;
  readonly #host: ExecutionHost;
  readonly #function: FunctionVersion;
  readonly #log: InvocationLog;
  readonly #deadline: Deadline;
  readonly #loads: boolean;
  /** The limit that is running, for the error that says it was overrun. */
  #limitMs: number;
  #startedAt: number | undefined;
  #codeError: unknown;
  #ended = false;

  constructor(host: ExecutionHost, ticket: Ticket, container: ActiveContainer, startPath: StartPath) {
    const { invocation } = ticket;
    const { timeoutMs } = invocation.function;
    this.#host = host;
    this.ticket = ticket;
    this.container = container;
    this.startPath = startPath;
    this.#function = invocation.function;
    this.requestId = invocation.requestId;
    this.payload = invocation.payload;
    this.onLateLog = host.lateLog(invocation.function, invocation.requestId);
    if (invocation.clientContext !== undefined) this.clientContext = invocation.clientContext;
    const renew = (): void => this.#limit(timeoutMs, host.clock.now());
    if (invocation.watcher !== undefined) this.thread = laneOf(invocation.watcher, renew);
    this.deadlineWallMs = host.clock.wall() + timeoutMs;
    this.#log = new InvocationLog(invocation.requestId, invocation.function.version);
    this.#loads = startPath !== 'reused-container';
    this.#limitMs = startAllowanceMs(this.#function, this.#loads);
    const now = host.clock.now();
    this.#deadline = new Deadline(host.clock, now, now + this.#limitMs, now + timeoutMs, () => this.#overran());
  }

  begin(): void {
    const sent = this.#loads ? this.#loadAndInvoke() : this.container.guest.invoke(this);
    sent.then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#died(error),
    );
  }

  /** Ends it now, with this error, whatever its code is doing. */
  cut(error: Error): void {
    this.#end({ kind: 'failed', error });
  }

  onStarted(): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = this.#host.clock.now();
    const { watcher, receivedAt } = this.ticket.invocation;
    watcher?.started(this.startPath, this.#startedAt - receivedAt);
    this.#limit(this.#loads ? initAllowanceMs(this.#function) : this.#function.timeoutMs, this.#startedAt);
  }

  onInitialised(): void {
    if (this.#loads && !this.#ended) this.#limit(this.#function.timeoutMs, this.#host.clock.now());
  }

  onLog(text: string, stderr?: true): void {
    // After a time-out it goes on printing until it is dead.
    if (this.#ended) return this.onLateLog(text);
    this.#log.print(text);
    this.ticket.invocation.watcher?.printed(text, stderr);
  }

  #limit(limitMs: number, from: number): void {
    if (this.#ended) return;
    this.#limitMs = limitMs;
    this.#deadline.move(from + limitMs);
  }

  async #loadAndInvoke(): Promise<RuntimeAnswer> {
    const { guest } = this.container;
    const fn = this.#function;
    const identity = {
      region: this.#host.region,
      wallMs: this.#host.clock.wall(),
      streamId: randomBytes(16).toString('hex'),
      randomSeed: randomInt(1, 2 ** 31),
    };
    await guest.load(fn.codeSha256, () => this.#code(), runtimeInit(fn, identity));
    if (this.#ended) throw new Error('The invocation was cut while its code was loaded.');
    this.container.state = 'running';
    return guest.invoke(this);
  }

  async #code(): Promise<CodeBundle> {
    try {
      return await this.#host.codeSource(this.#function);
    } catch (error) {
      this.#codeError = error;
      throw error;
    }
  }

  #answered(answer: RuntimeAnswer): void {
    if (this.#ended) return;
    this.container.memoryPeakMb = Math.max(this.container.memoryPeakMb, answer.memoryPeakMb);
    const result: InvocationResult = answer.ok ? { ok: true, payload: answer.payload } : functionError(answer.error);
    const survives = answer.ok || (answer.phase === 'invoke' && answer.exits !== true);
    const reusable = survives && answer.spent !== true;
    this.#end(this.#outcome(result, reusable, answer));
  }

  #overran(): void {
    const { clock } = this.#host;
    const body = timeoutError(this.requestId, clock.wall(), this.#limitMs);
    this.#log.note(`${body.errorMessage}\n`);
    this.#end(this.#outcome(functionError(body), false, {}, 'timeout', 'time'));
  }

  #died(error: unknown): void {
    if (this.#ended) return;
    const { guest } = this.container;
    // Killing what is dead changes nothing; killing what only failed to do as it was asked makes it dead.
    guest.kill().then(
      () => guest.exited.then((exit) => this.#exited(exit, error)),
      (killError: unknown) => this.#failed(killError),
    );
  }

  #exited(exit: ContainerExit, error: unknown): void {
    if (this.#ended) return;
    if (this.#codeError !== undefined) return this.#failed(this.#codeError);
    const instanceLost = exit.reason === 'instance-lost';
    const otherwise = instanceLost || exit.reason === 'killed' ? this.#lost(error) : this.#crashed(exit);
    this.#end(this.#startedAt === undefined ? { kind: 'lost', instanceLost, otherwise } : otherwise);
  }

  #failed(error: unknown): void {
    this.#end({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
  }

  #lost(cause: unknown): ExecutionEnd {
    const message =
      `Instance ${this.container.instance.guest.id} was lost while it ran request ${this.requestId}` +
      ` of function ${this.#function.name}. The code may have run in part: invoke it again if that is safe.`;
    return { kind: 'failed', error: new InstanceLostError(message, { cause }) };
  }

  #crashed(exit: ContainerExit): ExecutionEnd {
    const { memoryMb } = this.#function;
    const [body, note] = [exitError(this.requestId, exit), exitNote(exit, memoryMb)];
    if (exit.reason === 'memory') this.container.memoryPeakMb = Math.max(memoryMb, this.container.memoryPeakMb);
    if (note !== undefined) this.#log.note(note);
    this.#log.note(body.errorMessage);
    const limit = exit.reason === 'memory' || exit.reason === 'processes' ? exit.reason : undefined;
    return this.#outcome(functionError(body), false, {}, body.errorType, limit);
  }

  #outcome(
    result: InvocationResult,
    reusable: boolean,
    { initMs, cpuMs, ranMs }: Pick<RuntimeAnswer, 'initMs' | 'cpuMs' | 'ranMs'>,
    status?: string,
    limit?: InvocationOutcome['limit'],
  ): ExecutionEnd {
    const now = this.#host.clock.now();
    const startedAt = this.#startedAt ?? now;
    const startMs = startedAt - this.ticket.invocation.receivedAt;
    const durationMs = now - startedAt;
    const { container, startPath, requestId } = this;
    const { memoryPeakMb } = container;
    const { attempts: retries, coldReason } = this.ticket;
    const { memoryMb } = this.#function;
    const report = { requestId, durationMs, initMs, memoryMb, memoryPeakMb, startPath, startMs, retries, status };
    const log = this.#log.end(report);
    const ids = { instanceId: container.instance.guest.id, containerId: container.guest.id };
    const outcome = { result, startPath, startMs, durationMs, memoryPeakMb, ...ids, log };
    const known = {
      ...(initMs !== undefined && { initMs }),
      ...(cpuMs !== undefined && { cpuMs }),
      ...(ranMs !== undefined && { ranMs }),
      ...(limit !== undefined && { limit }),
      ...(coldReason !== undefined && startPath === 'cold-instance' && { coldReason }),
    };
    return { kind: 'outcome', outcome: { ...outcome, ...known }, reusable };
  }

  #end(end: ExecutionEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deadline.end();
    this.#host.ended(this, end);
  }
}
