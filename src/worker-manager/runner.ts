import { CancelledError, StoppingError } from '../model/errors.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { StartPath } from '../model/start-path.ts';
import type { ActiveContainer } from './active-pool/state.ts';
import type { Concurrency } from './concurrency/concurrency.ts';
import type { CodeSource } from './contract.ts';
import { Execution, type ExecutionHost } from './execution.ts';
import type { ExecutionEnd } from './execution-end.ts';
import type { InstanceKeeper } from './life/instance-keeper.ts';
import type { Parts } from './parts.ts';
import type { Ticket } from './queue/ticket.ts';

const cancelled = new CancelledError('The thread was cancelled.');

export interface RunnerOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly concurrency: Concurrency;
  /** Whether a container that has come free is to end because its account gives up memory. */
  readonly takes: (container: ActiveContainer) => boolean;
  /** To be tried once more: it was lost before its user code began. */
  readonly again: (ticket: Ticket) => void;
  /** A container may have come free. */
  readonly freed: () => void;
}

/** Everything that runs now: begins executions, and sees to their tickets and containers when they end. */
export class Runner implements ExecutionHost {
  readonly clock: Parts['clock'];
  readonly region: string;
  readonly codeSource: CodeSource;
  readonly #o: RunnerOptions;
  readonly #executions: Set<Execution> = new Set();
  readonly #idle: PromiseWithResolvers<void> = Promise.withResolvers();
  #draining = false;

  constructor(options: RunnerOptions) {
    this.#o = options;
    this.clock = options.clock;
    this.region = options.settings.region;
    this.codeSource = options.codeSource;
  }

  /** Calls that run now. */
  get running(): number {
    return this.#executions.size;
  }

  /** Runs a ticket on a container that was taken for it. */
  run(ticket: Ticket, container: ActiveContainer, startPath: StartPath): void {
    const execution = new Execution(this, ticket, container, startPath);
    this.#executions.add(execution);
    const { cancel } = ticket.invocation;
    if (cancel?.aborted === true) return execution.cut(cancelled);
    cancel?.addEventListener('abort', () => execution.cut(cancelled), { once: true });
    execution.begin();
  }

  lateLog(fn: FunctionVersion, requestId: string): (text: string) => void {
    const { observer } = this.#o;
    return (text) => observer.printedLate?.(fn, requestId, text);
  }

  ended(execution: Execution, end: ExecutionEnd): void {
    this.#executions.delete(execution);
    const { container, ticket } = execution;
    this.#o.concurrency.ended(container, end.kind === 'outcome' ? end.outcome : undefined);
    this.#release(container, end.kind === 'outcome' && end.reusable);
    if (end.kind === 'lost') this.#lost(ticket, container, end.instanceLost, end.otherwise);
    else this.#finish(ticket, end);
    this.#o.freed();
    if (this.#draining && this.#executions.size === 0) this.#idle.resolve();
  }

  /** Answers a ticket that gets no outcome. */
  refuse(ticket: Ticket, reason: unknown): void {
    const { invocation } = ticket;
    this.#o.registry.ended(ticket.code);
    ticket.reject(reason);
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#o.observer.refused(invocation.function, invocation.requestId, error);
  }

  /** Keeps no container from now on; resolves when nothing runs any more. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#executions.size === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  /** Ends what runs, now. */
  cut(): void {
    const error = new StoppingError('The service has stopped, and did not wait longer for the invocation to end.');
    for (const execution of this.#executions) execution.cut(error);
  }

  #release(container: ActiveContainer, reusable: boolean): void {
    if (container.state === 'retiring') return;
    container.invocations += 1;
    const { code, instance } = container;
    const wanted = reusable && !instance.retiring && code?.retired === false && !this.#draining;
    const keep = wanted && !this.#o.takes(container);
    if (keep) this.#o.active.rest(container, this.clock.now());
    else void this.#o.keeper.drop(container);
  }

  /** User code had not begun: tried once more elsewhere, unasked. */
  #lost(ticket: Ticket, container: ActiveContainer, instanceLost: boolean, otherwise: ExecutionEnd): void {
    if (instanceLost) void this.#o.keeper.destroy(container.instance);
    // What was said on a thread's lane is gone with its container, so only its client can begin anew.
    const gone = ticket.invocation.watcher !== undefined;
    if (ticket.attempts > 0 || this.#draining || gone) return this.#finish(ticket, otherwise);
    ticket.attempts += 1;
    this.#o.again(ticket);
  }

  #finish(ticket: Ticket, end: ExecutionEnd): void {
    if (end.kind === 'lost') return this.#finish(ticket, end.otherwise);
    if (end.kind === 'failed') return this.refuse(ticket, end.error);
    const { invocation } = ticket;
    this.#o.registry.ended(ticket.code);
    ticket.resolve(end.outcome);
    this.#o.observer.invoked(invocation.function, invocation.requestId, end.outcome);
  }
}
