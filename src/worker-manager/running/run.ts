import type { ContainerExit, ContainerInvocation, RuntimeAnswer } from '../../instance/guest.ts';
import { CodeLateError, PausedError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { LogSoFar } from '../../model/invocations/invocation.ts';
import type { RunRecord } from '../../model/invocations/run-record.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { Deadlines, Limited } from './deadlines.ts';
import { exitError, exitNote, functionError, timeoutError, timeoutNote } from './function-error.ts';
import { InvocationLog } from './invocation-log.ts';
import { beginCalls } from './begin-calls.ts';
import { laneOf } from './lane.ts';
import { PassedOn } from './passed-on.ts';
import { CodeMissingError, load, type LoadParts } from './load.ts';
import { initAllowanceMs, startAllowanceMs } from './load-allowance.ts';
import { answered, crashed } from './endings.ts';
import { RunOutcome, type Ending } from './outcome.ts';
import { traceHeader, traceparentFor } from './trace.ts';
import { failed, lostWith, type RunEnd } from './run-end.ts';

/** What a run needs of its surroundings. */
export interface RunHost extends LoadParts {
  readonly deadlines: Deadlines;
  /** How many processors there are. */
  readonly processors: number;
  /** What is to be told of text that comes after the outcome; it must not hold on to the invocation. */
  lateLog(fn: FunctionVersion, requestId: string): (text: string) => void;
  /** More of its log is there. */
  printed(fn: FunctionVersion, requestId: string, log: LogSoFar): void;
  /** So many bytes more of its answer were passed on. */
  streamed(bytes: number): void;
  /** Called once for each run. */
  ended(run: Run, end: RunEnd): void;
}

/** How long the answer of what overran waits for the end of its container, which tells what memory it had, ms. */
const lastLookMsMax = 1_000;

/** One run of a ticket on a container: sends it, keeps its deadline, and says how it ended. */
export class Run implements ContainerInvocation, Limited {
  readonly ticket: Ticket;
  readonly container: ActiveContainer;
  readonly startPath: StartPath;
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly tenantId?: string;
  readonly traceId?: string;
  readonly traceparent?: string;
  readonly traceState?: string;
  readonly invokedArn?: string;
  readonly thread?: ContainerInvocation['thread'] & object;
  readonly answer?: PassedOn;
  readonly onLateLog: (text: string) => void;
  deadlineAt: number;
  readonly #host: RunHost;
  readonly #function: FunctionVersion;
  readonly #log: InvocationLog;
  readonly #loads: boolean;
  /** When its instance began to stand still. */
  #stillSince: number | undefined;
  /** The module's top level runs in it. */
  readonly #initialises: boolean;
  readonly #sentAt: number;
  /** The limit that is running, for the error that says it was overrun. */
  #limitMs: number;
  /** When its container had its code, where it was given that. */
  #loadedAt: number | undefined;
  #startedAt: number | undefined;
  /** When its handler could begin: its time-out counts from there. */
  #handlerAt: number | undefined;
  #ended = false;
  /** Its time is up, and its container about to be. */
  #overrun = false;

  constructor(host: RunHost, ticket: Ticket, container: ActiveContainer, startPath: StartPath) {
    const { function: fn, requestId, payload, clientContext, tenantId, watcher, invokedArn } = ticket.invocation;
    const { traceHeader: given, traceState, answer } = ticket.invocation;
    this.#host = host;
    this.ticket = ticket;
    this.container = container;
    this.startPath = startPath;
    this.requestId = requestId;
    this.payload = payload;
    if (clientContext !== undefined) this.clientContext = clientContext;
    if (tenantId !== undefined) this.tenantId = tenantId;
    if (invokedArn !== undefined && invokedArn !== fn.arn) this.invokedArn = invokedArn;
    if (watcher !== undefined)
      this.thread = laneOf(watcher, container, () => this.#limit(fn.timeoutMs, host.clock.now()));
    else {
      this.traceId = traceHeader(given, fn, host.clock.wall());
      const traceparent = traceparentFor(this.traceId, given);
      if (traceparent !== undefined) this.traceparent = traceparent;
      if (traceparent !== undefined && traceState !== undefined) this.traceState = traceState;
    }
    if (answer !== undefined) this.answer = new PassedOn(answer, this, host, () => this.#startedAt);
    this.onLateLog = host.lateLog(fn, requestId);
    this.#function = fn;
    this.#log = new InvocationLog({ requestId, version: fn.version, tenantId }, fn.logging, () => host.clock.wall());
    this.#log.stream = container.logStream;
    this.#loads = container.state === 'starting';
    this.#initialises = container.invocations === 0 && !container.initialised;
    this.timeoutMs = fn.timeoutMs;
    this.#sentAt = host.clock.now();
    this.#limitMs = startAllowanceMs(fn, this.#loads);
    this.deadlineAt = this.#sentAt + this.#limitMs;
    host.deadlines.watch(this, this.#sentAt + fn.timeoutMs);
  }

  begin(): void {
    if (!this.#loads) beginCalls(this.container);
    const sent = this.#loads ? this.#loadAndInvoke() : this.container.guest.invoke(this);
    sent.then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#died(error),
    );
  }

  /** As `begin`, of a fork: it is in the middle of what `of` runs, and has as much time left. */
  continueFrom(of: Run, answer: Promise<RuntimeAnswer>): void {
    const now = this.#host.clock.now();
    this.#startedAt = this.#handlerAt = now;
    this.#log.stream = this.container.logStream;
    this.ticket.invocation.watcher?.started(this.startPath, now - this.ticket.invocation.receivedAt);
    this.#limit(Math.max(0, of.deadlineAt - now), now);
    answer.then(
      (given) => this.#answered(given),
      (error: unknown) => this.#died(error),
    );
  }

  /** Its instance stands still: its time does not pass. */
  standStill(): void {
    this.#stillSince ??= this.#host.clock.now();
    this.#host.deadlines.forget(this);
  }

  /** It stands still: whoever reads an answer that has begun is told so. Others wait for theirs. */
  breakOff(): void {
    if (!this.#ended) this.ticket.invocation.watcher?.stoodStill?.(true);
    if (this.#ended || this.answer?.bytes === undefined) return;
    this.answer.end();
    const { id } = this.container.instance.guest;
    this.ticket.invocation.answer?.paused?.(
      new PausedError(`The instance ${id} was paused while the answer was being streamed: the rest of it is lost.`),
    );
  }

  goOn(): void {
    if (this.#stillSince === undefined || this.#ended) return;
    this.deadlineAt += this.#host.clock.now() - this.#stillSince;
    this.#stillSince = undefined;
    this.ticket.invocation.watcher?.stoodStill?.(false);
    this.#host.deadlines.watch(this);
  }

  /** Ends it now, with this error, whatever its code is doing. */
  cut(error: Error): void {
    this.#end(failed(error));
  }

  onStarted(): void {
    if (this.#startedAt !== undefined) return;
    const now = this.#host.clock.now();
    this.#startedAt = now;
    this.container.guest.caller?.started();
    if (!this.#initialises) this.#handlerAt = now;
    const { watcher, receivedAt, begun } = this.ticket.invocation;
    if (watcher !== undefined) watcher.started(this.startPath, now - receivedAt);
    else begun?.();
    this.#limit(this.#initialises ? initAllowanceMs(this.#function) : this.#function.timeoutMs, now);
  }

  onInitialised(): void {
    if (!this.#initialises) return;
    this.#handlerAt = this.#host.clock.now();
    this.#limit(this.#function.timeoutMs, this.#handlerAt);
  }

  onLog(text: string, stderr?: true): void {
    // After a time-out it goes on printing until it is dead.
    if (this.#ended || this.#overrun) return this.onLateLog(text);
    this.#log.print(text, this.#host.clock.wall());
    this.#host.printed(this.#function, this.requestId, this.#log);
    this.ticket.invocation.watcher?.printed(text, stderr);
  }

  overran(): void {
    this.#overrun = true;
    this.answer?.end();
    const body = timeoutError(this.requestId, this.#limitMs);
    this.#log.note(`${timeoutNote(this.requestId, this.#host.clock.wall(), this.#limitMs)}\n`);
    // However late this is noticed, what it took is what it was given.
    const ranMs = this.#startedAt === undefined ? 0 : this.#limitMs;
    const end = (): void =>
      this.#end(this.#outcome(false, { result: functionError(body), status: 'timeout', limit: 'time', ranMs }));
    const { guest } = this.container;
    // Extensions are told first, which takes its time.
    if (guest.hasExtensions) return end();
    const late = this.#host.clock.timer(lastLookMsMax, end);
    // What it had of memory its agent says with its end. One that does not obey is ended with its instance, by whoever drops it.
    guest.kill().catch(() => undefined);
    void guest.exited.then(({ memoryPeakMb = 0 }) => {
      late[Symbol.dispose]();
      this.#peak(memoryPeakMb);
      end();
    });
  }

  #limit(limitMs: number, from: number): void {
    if (this.#ended || this.#overrun) return;
    this.#limitMs = limitMs;
    this.deadlineAt = from + limitMs;
    if (this.#stillSince === undefined) this.#host.deadlines.moved(this);
  }

  async #loadAndInvoke(): Promise<RuntimeAnswer> {
    const { guest } = this.container;
    this.container.logStream = await load(guest, this.#function, this.#host, { tenantId: this.tenantId });
    this.#log.stream = this.container.logStream;
    this.#loadedAt = this.#host.clock.now();
    if (this.#ended) throw new Error('The invocation was cut while its code was loaded.');
    this.container.state = 'running';
    beginCalls(this.container);
    return guest.invoke(this);
  }

  #answered(answer: RuntimeAnswer): void {
    if (this.#ended || this.#overrun) return;
    this.#peak(answer.memoryPeakMb);
    const survives = answer.ok || (answer.phase === 'invoke' && answer.exits !== true);
    const ending = answered(answer, this.#function.runtime, this.requestId);
    const end = this.#outcome(survives && answer.spent !== true, ending);
    const { rested } = answer;
    this.#end(rested !== undefined && end.kind === 'outcome' ? { ...end, rested } : end);
  }

  #died(error: unknown): void {
    if (this.#ended || this.#overrun) return;
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
    if (error instanceof CodeLateError && exit.reason === 'killed') return this.#end(failed(error));
    const begun = this.#startedAt !== undefined;
    const otherwise = lostWith(exit, this, begun, error) ?? this.#crashed(exit);
    this.#end(begun ? otherwise : { kind: 'lost', instanceLost: exit.reason === 'instance-lost', otherwise });
  }

  #crashed(exit: ContainerExit): RunEnd {
    const { memoryMb } = this.#function;
    const [body, note] = [exitError(this.requestId, exit), exitNote(exit, memoryMb)];
    this.#peak(exit.reason === 'memory' ? memoryMb : (exit.memoryPeakMb ?? 0));
    const unheard = this.container.guest.unheard();
    if (unheard !== '') this.onLog(unheard);
    if (note !== undefined) this.#log.note(note);
    this.#log.note(body.errorMessage);
    return this.#outcome(false, crashed(exit, body));
  }

  #peak(memoryMb: number): void {
    this.container.memoryPeakMb = Math.max(memoryMb, this.container.memoryPeakMb);
  }

  #outcome(reusable: boolean, ending: Ending): RunEnd {
    const { clock, processors } = this.#host;
    const { ticket, container } = this;
    const { invocation } = ticket;
    const record: RunRecord = {
      function: this.#function,
      requestId: this.requestId,
      thread: this.thread !== undefined,
      startPath: this.startPath,
      coldReason: ticket.coldReason,
      instanceId: container.instance.guest.id,
      containerId: container.guest.id,
      retries: ticket.attempts,
      ended: ending.limit ?? (ending.result.ok ? 'ok' : 'error'),
      receivedAt: invocation.receivedAt,
      cameAt: ticket.cameAt,
      queuedAt: ticket.queuedAt,
      orderedAt: ticket.orderedAt,
      ordered: ticket.ordered,
      sentAt: this.#sentAt,
      loadedAt: this.#loadedAt,
      startedAt: this.#startedAt,
      handlerAt: this.#handlerAt,
      endedAt: clock.now(),
      traceGiven: invocation.traceHeader,
      traceOwn: this.traceId,
    };
    const ended = { ...ending, streamedBytes: this.answer?.bytes };
    const outcome = new RunOutcome(container, record, ended, this.#log, processors);
    return { kind: 'outcome', outcome, reusable };
  }

  #end(end: RunEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.answer?.end();
    this.#host.deadlines.forget(this);
    this.#host.ended(this, end);
  }
}
