import type { RuntimeRequest } from '../../../protocol/messages.ts';
import { RuntimeFault } from '../errors/errors.ts';
import type { RunningAnswer } from '../streams/running-answer.ts';

const { parse } = JSON;
const { utf8Slice } = Buffer.prototype;

/**
 * One invocation, from its request to its answer. The server makes it of the request; then, in this room, `call-handler.ts` runs the handler
 * with its `context.ts`, and `answer.ts` makes the frames of what came of it, also for threads; `streamify.ts` marks handlers that stream, whose answers are of the room `streams`.
 */
export class Invocation {
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly traceId: string | undefined;
  readonly traceparent: string | undefined;
  readonly traceState: string | undefined;
  readonly tenantId: string | undefined;
  /** Its handler is not to be called. */
  readonly initialises: boolean;
  readonly invokedArn: string | undefined;
  readonly event: unknown = undefined;
  readonly clientContext: unknown = undefined;
  /** Set when user code begins to run for it, on `performance.now()`. */
  startedAt: number | undefined;
  /** How long the module's top level ran, where it ran for this invocation, ms. */
  initMs: number | undefined;
  readonly thread: boolean;
  /** What user code may change through its context: whether the answer to a callback waits for an empty event loop. */
  waitsForEmptyEventLoop = true;
  /** What the callback was given, while the answer waits. */
  calledBack: { readonly result: unknown } | undefined;
  /** It has answered: what sends that, at the end of the turn. */
  leaving: (() => void) | undefined;
  /** Its caller takes the answer in parts. */
  readonly streams: boolean;
  /** Where its handler streams it. */
  answer: RunningAnswer | undefined;
  /** The handler has run and gave a promise, so that no callback is needed for an answer. */
  promised = false;

  /** Throws `Runtime.UnmarshalError` if the payload or client context is not JSON. An empty payload is `{}`, as AWS has it. */
  constructor(request: RuntimeRequest & { readonly type: 'invoke' }) {
    this.requestId = request.requestId;
    this.timeoutMs = request.timeoutMs;
    this.traceId = request.traceId;
    this.traceparent = request.traceparent;
    this.traceState = request.traceState;
    this.tenantId = request.tenantId;
    this.initialises = request.initialise === true;
    this.invokedArn = request.invokedArn;
    const { payload, clientContext } = request;
    this.thread = request.thread === true;
    this.streams = request.stream === true;
    if (this.thread) return;
    this.event = payload.length === 0 ? {} : fromJson('payload', utf8Slice.call(payload));
    this.clientContext = clientContext === undefined ? undefined : fromJson('client context', clientContext);
  }
}

function fromJson(what: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new RuntimeFault('UnmarshalError', `Cannot parse the ${what} as JSON: ${String(error)}`);
  }
}
