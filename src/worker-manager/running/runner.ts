import type { EndReason, RuntimeAnswer } from '../../instance/guest.ts';
import { CancelledError, StoppingError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { LogSoFar } from '../../model/invocations/invocation.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ActiveContainer, ActiveInstance } from '../active-pool/state.ts';
import type { Concurrency } from '../concurrency/concurrency.ts';
import type { WaitingCallers } from '../concurrency/waiting-callers.ts';
import { left } from '../concurrency/entrance.ts';
import type { CodeSource } from '../contract.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Parts } from '../parts.ts';
import type { Ticket } from '../queue/ticket.ts';
import { Deadlines } from './deadlines.ts';
import { Lingering } from './lingering.ts';
import { Run, type RunHost } from './run.ts';
import type { RunEnd } from './run-end.ts';

const cancelled = new CancelledError('The thread was cancelled.');

export interface RunnerOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly concurrency: Concurrency;
  readonly waitingCallers: WaitingCallers;
  /** Whether a container that has come free is to end because its account gives up memory. */
  readonly takes: (container: ActiveContainer) => boolean;
  /** To be tried once more: it was lost before its user code began. */
  readonly again: (ticket: Ticket) => void;
  /** A container may have come free. */
  readonly freed: () => void;
}

/**
 * Running one invocation. The dispatcher has found a container for a ticket and hands both over here (`run`), once; everything after
 * that is the runner's: it gives the container its code if it has none, sends the invocation, keeps its deadline, and in the end answers
 * the ticket, tells the observer, lets the container rest or go, and says that something came free. What was lost before its code began
 * goes back to the dispatcher, once. At the end of the service: `drain`, then `cut`.
 *
 * In this room, `run.ts` is one invocation on one container, told by it what happens; `load.ts` gives a container its code, with what
 * `environment.ts` says; `deadlines.ts` has one timer for all deadlines, by the limits of `load-allowance.ts`; `lane.ts` is what
 * a thread adds; `invocation-log.ts` and `function-error.ts` have AWS's words; and `outcome.ts` puts together what is answered.
 */
export class Runner implements RunHost {
  readonly clock: Parts['clock'];
  readonly region: string;
  readonly codeSource: CodeSource;
  readonly networkFor: Parts['networkFor'];
  readonly deadlines: Deadlines;
  readonly processors: number;
  readonly #o: RunnerOptions;
  readonly #runs: Set<Run> = new Set();
  readonly #idle: PromiseWithResolvers<void> = Promise.withResolvers();
  #draining = false;

  constructor(options: RunnerOptions) {
    this.#o = options;
    this.clock = options.clock;
    this.region = options.settings.region;
    this.codeSource = options.codeSource;
    this.networkFor = options.networkFor;
    this.deadlines = new Deadlines(options.clock);
    this.processors = options.processors.count;
  }

  /** Calls that run now. */
  get running(): number {
    return this.#runs.size;
  }

  /** Runs a ticket on a container that was taken for it. */
  run(ticket: Ticket, container: ActiveContainer, startPath: StartPath): void {
    const run = new Run(this, ticket, container, startPath);
    this.#runs.add(run);
    const { cancel } = ticket.invocation;
    if (cancel?.aborted === true) return run.cut(cancelled);
    cancel?.addEventListener('abort', () => run.cut(cancelled), { once: true });
    run.begin();
    if (container.state === 'starting') this.#o.comes?.(ticket.invocation.function);
  }

  /** What runs on a container of this instance. */
  runsIn(instance: ActiveInstance): Run[] {
    return [...this.#runs].filter(({ container }) => container.instance === instance);
  }

  /** The run of a request, if it has a container. */
  runOf(requestId: string): Run | undefined {
    return [...this.#runs].find((run) => run.requestId === requestId);
  }

  /** Runs a ticket on a container that is in the middle of it already, as it is a fork of one that runs `of`. */
  continue(ticket: Ticket, container: ActiveContainer, of: Run, begin: (run: Run) => Promise<RuntimeAnswer>): void {
    const run = new Run(this, ticket, container, 'reused-container');
    this.#o.concurrency.begun(container);
    this.#runs.add(run);
    const { cancel } = ticket.invocation;
    cancel?.addEventListener('abort', () => run.cut(cancelled), { once: true });
    run.continueFrom(of, begin(run));
  }

  lateLog(fn: FunctionVersion, requestId: string): (text: string) => void {
    const { observer } = this.#o;
    return (text) => observer.printedLate?.(fn, requestId, text);
  }

  printed(fn: FunctionVersion, requestId: string, log: LogSoFar): void {
    this.#o.observer.printed?.(fn, requestId, log);
  }

  streamed(bytes: number): void {
    this.#o.observer.streamed?.(bytes);
  }

  ended(run: Run, end: RunEnd): void {
    this.#runs.delete(run);
    const { container, ticket } = run;
    container.guest.caller?.ended();
    this.#o.waitingCallers.ended(container);
    this.#o.concurrency.ended(container, end.kind === 'outcome' ? end.outcome : undefined);
    if (end.kind === 'outcome' && end.reusable && end.rested !== undefined) this.#linger(run, end.rested);
    else this.#release(container, end.kind === 'outcome' && end.reusable, reasonOf(end));
    if (end.kind === 'lost') this.#lost(ticket, container, end.instanceLost, end.otherwise);
    else this.#finish(ticket, end);
    this.#o.freed();
    if (this.#draining && this.#runs.size === 0) this.#idle.resolve();
  }

  /** Answers a ticket that gets no outcome. */
  refuse(ticket: Ticket, reason: unknown): void {
    const { invocation } = ticket;
    left(ticket);
    this.#o.registry.ended(ticket.code);
    ticket.reject(reason);
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#o.observer.refused(invocation.function, invocation.requestId, error);
  }

  /** Keeps no container from now on; resolves when nothing runs any more. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#runs.size === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  /** Ends what runs, now. */
  cut(): void {
    const error = new StoppingError('The service has stopped, and did not wait longer for the invocation to end.');
    for (const run of this.#runs) run.cut(error);
  }

  /** Answered, but its extensions are not done: the function's time-out holds for them, too. */
  #linger({ container, deadlineAt }: Run, rested: Promise<void>): void {
    const { freed, keeper } = this.#o;
    const times = { deadlineAt, deadlines: this.deadlines, clock: this.clock };
    const lingering = new Lingering(container, rested, times, {
      onRested: () => {
        this.#release(container, true, 'spindown');
        freed();
      },
      onOverran: () => void keeper.drop(container, 'timeout'),
      onPatienceEnd: freed,
    });
    this.deadlines.watch(lingering);
  }

  #release(container: ActiveContainer, reusable: boolean, reason: EndReason): void {
    if (container.state === 'retiring') return;
    container.invocations += 1;
    const { code, instance } = container;
    const wanted = reusable && !instance.retiring && code?.retired === false && !this.#draining;
    const keep = wanted && (container.provisioned || !this.#o.takes(container));
    if (keep) this.#o.active.rest(container, this.clock.now());
    else void this.#o.keeper.drop(container, reason);
  }

  /** User code had not begun: tried once more elsewhere, unasked. */
  #lost(ticket: Ticket, container: ActiveContainer, instanceLost: boolean, otherwise: RunEnd): void {
    if (instanceLost) void this.#o.keeper.destroy(container.instance);
    // What was said on a thread's lane is gone with its container, so only its client can begin anew.
    const gone = ticket.invocation.watcher !== undefined;
    if (ticket.attempts > 0 || this.#draining || gone) return this.#finish(ticket, otherwise);
    ticket.attempts += 1;
    this.#o.again(ticket);
  }

  #finish(ticket: Ticket, end: RunEnd): void {
    if (end.kind === 'lost') return this.#finish(ticket, end.otherwise);
    if (end.kind === 'failed') return this.refuse(ticket, end.error);
    const { invocation } = ticket;
    left(ticket);
    this.#o.registry.ended(ticket.code);
    ticket.resolve(end.outcome);
    this.#o.observer.invoked(invocation.function, invocation.requestId, end.outcome);
  }
}

/** What extensions are told, if the container ends now. */
function reasonOf(end: RunEnd): EndReason {
  if (end.kind !== 'outcome' || end.outcome.result.ok) return 'spindown';
  return end.outcome.limit === 'time' ? 'timeout' : 'failure';
}
