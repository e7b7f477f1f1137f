import type { Invocation, InvocationOutcome } from '../model/invocations/invocation.ts';
import type { WorkerManager, WorkerObserver } from '../worker-manager/contract.ts';
import { callAttributes, outcomeAttributes } from './spans/call-span.ts';
import type { TraceSpan } from './span.ts';
import type { OpenSpan, Tracer } from './tracer.ts';

type Invoke = WorkerManager['invoke'];

/** Invocations with a span each, from their receipt to their outcome. Threads have theirs where their session is. */
export function tracedInvoke(invoke: Invoke, tracer: Tracer): Invoke {
  return (invocation, signal) => {
    if (invocation.watcher !== undefined || invocation.ofService === true) return invoke(invocation, signal);
    const open = tracer.begin(invocation.traceHeader, invocation.function);
    if (open === undefined) return invoke(invocation, signal);
    const traceHeader = tracer.headerWithin(open, invocation.traceHeader);
    const outcome = invoke({ ...invocation, traceHeader }, signal);
    const { cause = 'api' } = invocation;
    const kind = cause === 'event' || cause === 'queue' ? 'consumer' : 'server';
    watch(tracer, open, invocation, outcome, { kind, name: invocation.function.name, fromAt: invocation.receivedAt });
    return outcome;
  };
}

/** Invocations that another host runs, with a span each of the way there and back; what that host does is below it. */
export function tracedElsewhere<Host>(
  elsewhere: { invoke(host: Host, invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> },
  nameOf: (host: Host) => string,
  tracer: Tracer,
): typeof elsewhere {
  return {
    invoke(host, invocation, signal) {
      const open = tracer.within(invocation.traceHeader);
      if (open === undefined) return elsewhere.invoke(host, invocation, signal);
      const fromAt = tracer.clock.now();
      const traceHeader = tracer.headerWithin(open, invocation.traceHeader);
      const outcome = elsewhere.invoke(host, { ...invocation, traceHeader }, signal);
      const name = `run on ${nameOf(host)}`;
      watch(tracer, open, undefined, outcome, { kind: 'client', name, fromAt });
      return outcome;
    },
  };
}

/** Makes spans of what ran on this host. */
export function tracingObserver(tracer: Tracer): WorkerObserver {
  const nothing = (): void => undefined;
  return {
    invoked: (_fn, _requestId, { record }) => {
      if (record?.traceGiven !== undefined) tracer.ran(record);
    },
    refused: nothing,
    instanceStarted: nothing,
    instanceEnded: nothing,
    instanceFailed: nothing,
  };
}

function watch(
  tracer: Tracer,
  open: OpenSpan,
  invocation: Invocation | undefined,
  outcome: Promise<InvocationOutcome>,
  span: Pick<TraceSpan, 'kind' | 'name'> & { readonly fromAt: number },
): void {
  const end = (attributes: TraceSpan['attributes'], error: string | undefined): void => {
    const toAt = tracer.clock.now();
    const before = invocation === undefined ? {} : callAttributes(invocation);
    const state = invocation?.traceState;
    tracer.end(open, { ...span, toAt, traceState: state, attributes: { ...before, ...attributes }, error });
  };
  outcome.then(
    (given) => end(outcomeAttributes(given), given.result.ok ? undefined : (given.limit ?? given.result.functionError)),
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      end({ 'error.type': name }, message);
    },
  );
}
