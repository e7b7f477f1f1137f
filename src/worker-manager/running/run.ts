import type { ContainerExit, ContainerInvocation, RuntimeAnswer } from '../../instance/guest.ts';
import type { FunctionVersion } from '../../model/function.ts';
import type { StartPath } from '../../model/start-path.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { Deadlines, Limited } from './deadlines.ts';
import { exitError, exitNote, functionError, timeoutError } from './function-error.ts';
import { InvocationLog } from './invocation-log.ts';
import { laneOf } from './lane.ts';
import { CodeMissingError, load, type LoadParts } from './load.ts';
import { initAllowanceMs, startAllowanceMs } from './load-allowance.ts';
import { RunOutcome, type Ending } from './outcome.ts';
import { failed, lost, type RunEnd } from './run-end.ts';

/** What a run needs of its surroundings. */
export interface RunHost extends LoadParts {
  readonly deadlines: Deadlines;
  /** How many processors there are. */
  readonly processors: number;
  /** What is to be told of text that comes after the outcome; it must not hold on to the invocation. */
  lateLog(fn: FunctionVersion, requestId: string): (text: string) => void;
  /** Called once for each run. */
  ended(run: Run, end: RunEnd): void;
}

/** One run of a ticket on a container: sends it, keeps its deadline, and says how it ended. */
export class Run implements ContainerInvocation, Limited {
  readonly ticket: Ticket;
  readonly container: ActiveContainer;
  readonly startPath: StartPath;
  readonly requestId: string;
  readonly deadlineWallMs: number;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly thread?: ContainerInvocation['thread'] & object;
  readonly onLateLog: (text: string) => void;
  deadlineAt: number;
  readonly #host: RunHost;
  readonly #function: FunctionVersion;
  readonly #log: InvocationLog;
  readonly #loads: boolean;
  readonly #sentAt: number;
  /** The limit that is running, for the error that says it was overrun. */
  #limitMs: number;
  #startedAt: number | undefined;
  #ended = false;

  constructor(host: RunHost, ticket: Ticket, container: ActiveContainer, startPath: StartPath) {
    const { function: fn, requestId, payload, clientContext, watcher } = ticket.invocation;
    this.#host = host;
    this.ticket = ticket;
    this.container = container;
    this.startPath = startPath;
    this.requestId = requestId;
    this.payload = payload;
    if (clientContext !== undefined) this.clientContext = clientContext;
    if (watcher !== undefined) this.thread = laneOf(watcher, () => this.#limit(fn.timeoutMs, host.clock.now()));
    this.onLateLog = host.lateLog(fn, requestId);
    this.#function = fn;
    this.#log = new InvocationLog(requestId, fn.version);
    this.#loads = startPath !== 'reused-container';
    this.deadlineWallMs = host.clock.wall() + fn.timeoutMs;
    this.#sentAt = host.clock.now();
    this.#limitMs = startAllowanceMs(fn, this.#loads);
    this.deadlineAt = this.#sentAt + this.#limitMs;
    host.deadlines.watch(this, this.#sentAt + fn.timeoutMs);
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
    this.#end(failed(error));
  }

  onStarted(): void {
    if (this.#startedAt !== undefined) return;
    const now = this.#host.clock.now();
    this.#startedAt = now;
    const { watcher, receivedAt } = this.ticket.invocation;
    watcher?.started(this.startPath, now - receivedAt);
    this.#limit(this.#loads ? initAllowanceMs(this.#function) : this.#function.timeoutMs, now);
  }

  onInitialised(): void {
    if (this.#loads) this.#limit(this.#function.timeoutMs, this.#host.clock.now());
  }

  onLog(text: string, stderr?: true): void {
    // After a time-out it goes on printing until it is dead.
    if (this.#ended) return this.onLateLog(text);
    this.#log.print(text);
    this.ticket.invocation.watcher?.printed(text, stderr);
  }

  overran(): void {
    const body = timeoutError(this.requestId, this.#host.clock.wall(), this.#limitMs);
    this.#log.note(`${body.errorMessage}\n`);
    this.#end(this.#outcome(false, { result: functionError(body), status: 'timeout', limit: 'time' }));
  }

  #limit(limitMs: number, from: number): void {
    if (this.#ended) return;
    this.#limitMs = limitMs;
    this.deadlineAt = from + limitMs;
    this.#host.deadlines.moved(this);
  }

  async #loadAndInvoke(): Promise<RuntimeAnswer> {
    const { guest } = this.container;
    await load(guest, this.#function, this.#host);
    if (this.#ended) throw new Error('The invocation was cut while its code was loaded.');
    this.container.state = 'running';
    return guest.invoke(this);
  }

  #answered(answer: RuntimeAnswer): void {
    if (this.#ended) return;
    this.#peak(answer.memoryPeakMb);
    const survives = answer.ok || (answer.phase === 'invoke' && answer.exits !== true);
    const result = answer.ok ? ({ ok: true, payload: answer.payload } as const) : functionError(answer.error);
    this.#end(this.#outcome(survives && answer.spent !== true, { result, answer }));
  }

  #died(error: unknown): void {
    if (this.#ended) return;
    const { guest } = this.container;
    // Killing what is dead changes nothing; killing what only failed to do as it was asked makes it dead.
    guest.kill().then(
      () => guest.exited.then((exit) => this.#exited(exit, error)),
      (killError: unknown) => this.#end(failed(killError)),
    );
  }

  #exited(exit: ContainerExit, error: unknown): void {
    if (this.#ended) return;
    if (error instanceof CodeMissingError) return this.#end(failed(error.cause));
    const instanceLost = exit.reason === 'instance-lost';
    const { instance } = this.container;
    const otherwise =
      instanceLost || exit.reason === 'killed'
        ? lost(instance.guest.id, this.requestId, this.#function.name, error)
        : this.#crashed(exit);
    this.#end(this.#startedAt === undefined ? { kind: 'lost', instanceLost, otherwise } : otherwise);
  }

  #crashed(exit: ContainerExit): RunEnd {
    const { memoryMb } = this.#function;
    const [body, note] = [exitError(this.requestId, exit), exitNote(exit, memoryMb)];
    if (exit.reason === 'memory') this.#peak(memoryMb);
    if (note !== undefined) this.#log.note(note);
    this.#log.note(body.errorMessage);
    const ending = { result: functionError(body), status: body.errorType };
    const { reason } = exit;
    return this.#outcome(false, reason === 'memory' || reason === 'processes' ? { ...ending, limit: reason } : ending);
  }

  #peak(memoryMb: number): void {
    this.container.memoryPeakMb = Math.max(memoryMb, this.container.memoryPeakMb);
  }

  #outcome(reusable: boolean, ending: Ending): RunEnd {
    const { clock, processors } = this.#host;
    const times = { sentAt: this.#sentAt, startedAt: this.#startedAt, endedAt: clock.now() };
    const { ticket, container, startPath } = this;
    const outcome = new RunOutcome(ticket, container, startPath, times, ending, this.#log, processors);
    return { kind: 'outcome', outcome, reusable };
  }

  #end(end: RunEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.deadlines.forget(this);
    this.#host.ended(this, end);
  }
}
