import { traceparentOf, traceStateOf } from '../model/invocations/trace-context.ts';

/** W3C's words for the trace that the running code is part of. */
export interface CurrentTrace {
  readonly traceparent?: string;
  readonly traceState?: string;
}

/** Where OpenTelemetry's API, of whatever version of its first major one, keeps what a program has registered. */
const registered = Symbol.for('opentelemetry.js.api.1');

/**
 * The trace that whatever is asked for now goes on with: the active span's, where the program has OpenTelemetry's SDK and that has a propagator of W3C's; else that of the
 * invocation or thread that this code is. Empty where there is none. Nothing of OpenTelemetry is loaded for it. Never throws.
 */
export function currentTrace(): CurrentTrace {
  return activeSpan() ?? ofEnvironment();
}

function activeSpan(): CurrentTrace | undefined {
  const api: unknown = Reflect.get(globalThis, registered);
  const context = invoked(memberOf(api, 'context'), 'active');
  const propagation = memberOf(api, 'propagation');
  if (context === undefined || propagation === undefined) return undefined;
  const carrier: Record<string, string> = {};
  const setter = {
    set: (_: unknown, name: string, value: unknown): void => {
      if (typeof value === 'string') carrier[name] = value;
    },
  };
  invoked(propagation, 'inject', context, carrier, setter);
  const { traceparent } = carrier;
  return traceparent === undefined ? undefined : wordsOf(traceparent, carrier['tracestate']);
}

function ofEnvironment(): CurrentTrace {
  // A page has none.
  if (typeof process === 'undefined') return {};
  const { TRACEPARENT, TRACESTATE, _X_AMZN_TRACE_ID } = process.env;
  if (TRACEPARENT !== undefined && TRACEPARENT !== '') return wordsOf(TRACEPARENT, TRACESTATE);
  const traceparent = _X_AMZN_TRACE_ID === undefined ? undefined : traceparentOf(_X_AMZN_TRACE_ID);
  return traceparent === undefined ? {} : { traceparent };
}

function wordsOf(traceparent: string, state: string | undefined): CurrentTrace {
  const traceState = traceStateOf(state);
  return { traceparent, ...(traceState !== undefined && { traceState }) };
}

function memberOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

/** Somebody else's code: whatever it does, the request goes on without it. */
function invoked(of: unknown, name: string, ...args: readonly unknown[]): unknown {
  const method = memberOf(of, name);
  if (typeof method !== 'function') return undefined;
  try {
    return Reflect.apply(method, of, args);
  } catch {
    return undefined;
  }
}
