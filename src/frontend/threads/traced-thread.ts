import { traceHeaderOf, traceStateOf } from '../../model/invocations/trace-context.ts';
import { tracedCall } from '../../protocol/threads/lane.ts';
import { randomId } from '../../traces/sampling.ts';
import type { ThreadOrdered } from '../../traces/threads/thread-record.ts';
import type { Tracer } from '../../traces/tracer.ts';
import type { ServedThread } from './served-thread.ts';
import type { OrderOrigin, ThreadOrder } from './thread-service.ts';

/** An order whose code is told of its trace. */
export type TracedOrder = ThreadOrder & { readonly traceHeader?: string };

/** What is kept of an order. */
export function orderedThread(
  { id, name }: Pick<ServedThread, 'id' | 'name'>,
  { call, memoryMb, runtime }: ThreadOrder,
  { program, parent, receivedAt }: OrderOrigin,
): ThreadOrdered {
  const ids = { id, job: program, parent: parent?.ordered.id };
  return { ...ids, name, memoryMb, runtime, argumentBytes: call.length, bornAt: receivedAt };
}

/** Where its trace is kept, a thread has a span from its order to its end, and below it one of its code, which is told of that; else its code is told what its starter said. */
export function tracedThread(
  thread: ServedThread,
  order: ThreadOrder,
  receivedAt: number,
  tracer: Tracer | undefined,
): TracedOrder {
  const { call, name, traceparent, traceState: said } = order;
  const given = traceHeaderOf(traceparent);
  const traceState = traceStateOf(said);
  const open = tracer?.begin(given, {});
  if (tracer === undefined || open === undefined)
    return given === undefined || traceparent === undefined
      ? order
      : { ...order, call: tracedCall(call, { traceparent, traceState }) };
  const { traceId, spanId } = open;
  const code = { traceId, spanId: randomId(8), parentId: spanId };
  let startedAt: number | undefined;
  thread.onTraced = {
    started: () => (startedAt = tracer.clock.now()),
    ended: (end) => {
      const toAt = tracer.clock.now();
      const error = end.ok ? undefined : end.kind;
      const shared = { 'heddle.thread.id': thread.id, 'error.type': end.ok ? undefined : end.thrown.type };
      if (startedAt !== undefined)
        tracer.end(code, { kind: 'internal', name: 'thread code', fromAt: startedAt, toAt, attributes: shared, error });
      const attributes = {
        ...shared,
        'heddle.thread.name': name,
        'heddle.cpu.ms': end.cpuMs,
        'heddle.memory.peak_mb': end.memoryPeakMb,
        'process.runtime.name': order.runtime,
      };
      tracer.end(open, {
        kind: 'server',
        name: `thread ${name}`,
        fromAt: receivedAt,
        toAt,
        traceState,
        attributes,
        error,
      });
    },
  };
  if (thread.record !== undefined) thread.record.traceId = traceId;
  const words = { traceparent: `00-${traceId}-${code.spanId}-01`, traceState };
  return { ...order, call: tracedCall(call, words), traceHeader: tracer.headerWithin(open, undefined) };
}
