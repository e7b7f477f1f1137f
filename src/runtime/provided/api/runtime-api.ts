import type { IncomingMessage, ServerResponse } from 'node:http';
import { limits } from '../../../model/limits.ts';
import type { FunctionErrorBody, RuntimeRequest } from '../../../protocol/messages.ts';
import { reportedBody, trailersError } from './error-report.ts';
import { readBody, type Body } from './read-body.ts';
import type { AnswerOut } from '../../node/streams/answer-out.ts';
import { tooLargeBody } from '../../node/streams/too-large.ts';
import { streamBody, type StreamEnd } from './stream-body.ts';
import { accepted, tooLarge, truncated, wrongMode, wrongRequestId, wrongState, type StateName } from './replies.ts';

/** What the host asks for. */
export type ApiInvocation = RuntimeRequest & { readonly type: 'invoke' };

/** Who is told of what the runtime said. */
export interface ApiEvents {
  /** It asks for its first invocation: its initialisation is over. Once. */
  onReady(): void;
  /** It streams its answer, to a caller who wants that. Then the last word, whose payload is empty. */
  onStream(): { readonly out: AnswerOut; readonly dropped: Promise<void> };
  /** The last word on the invocation. */
  onResult(payload: Buffer): void;
  onError(error: FunctionErrorBody): void;
  /** Its initialisation has failed. At most once, and only before `onReady`. */
  onInitError(error: FunctionErrorBody): void;
}

/**
 * AWS Lambda's Runtime API of one container, without its HTTP server: what a runtime may say when, and what it is answered. One
 * invocation at a time: `invoke`, then, when the runtime has asked for it, one `onResult` or `onError`. A runtime that asks again
 * before it has answered gets the same invocation again, as on AWS; one that answers twice is refused.
 */
export class RuntimeApi {
  readonly #events: ApiEvents;
  readonly #functionArn: () => string;
  #state: StateName = 'Started';
  #invocation: ApiInvocation | undefined;
  /** The one that the runtime has, or has answered. */
  #handed: ApiInvocation | undefined;
  #held = false;
  /** Of that one, milliseconds since the Unix epoch: the same however often it is asked for. */
  #deadlineMs = 0;
  /** Requests for the next invocation that wait for one, the oldest first. */
  readonly #waiting = new Set<ServerResponse>();

  /** `functionArn` is asked when it is known. */
  constructor(events: ApiEvents, functionArn: () => string) {
    this.#events = events;
    this.#functionArn = functionArn;
  }

  /** Gives the runtime something to do. Not before it has answered what it had. */
  invoke(invocation: ApiInvocation): void {
    this.#invocation = invocation;
    this.#hand();
  }

  /** Keeps the first one back, until {@link RuntimeApi.go}. */
  hold(): void {
    this.#held = true;
  }

  go(): void {
    this.#held = false;
    this.#hand();
  }

  /** GET …/invocation/next. Answered when there is one. */
  next(response: ServerResponse): void {
    const before = this.#state;
    if (before === 'InitError' || before === 'InvocationResponse') return wrongState(response, before, 'Ready');
    if (before === 'Running') return this.#send(response);
    this.#state = 'Ready';
    if (before === 'Started') this.#events.onReady();
    this.#waiting.add(response);
    response.on('close', () => this.#waiting.delete(response));
    this.#hand();
  }

  /** POST …/invocation/ID/response and …/error. */
  async answer(
    kind: 'response' | 'error',
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (requestId !== this.#handed?.requestId) return wrongRequestId(response);
    const before = this.#state;
    if (before !== 'Running')
      return wrongState(response, before, kind === 'error' ? 'InvocationErrorResponse' : 'InvocationResponse');
    this.#state = 'InvocationResponse';
    const mode = request.headers['lambda-runtime-function-response-mode'];
    if (mode !== undefined && mode !== 'streaming') {
      this.#answered(() => this.#events.onError({ errorType: 'Runtime.InvalidResponseModeHeader', errorMessage: '' }));
      return wrongMode(response);
    }
    if (mode === 'streaming' && kind === 'response' && this.#handed.stream === true)
      return this.#stream(request, response);
    const body = await readBody(request, limits.answerBytesMax);
    reply(response, body, limits.answerBytesMax);
    this.#answered(() => this.#tell(kind, request, body));
  }

  async #stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { out, dropped } = this.#events.onStream();
    const body = await streamBody(request, out, dropped);
    reply(response, body, limits.streamBytesMax);
    this.#answered(() => {
      const error = streamError(body);
      if (error === undefined) this.#events.onResult(nothing);
      else this.#events.onError(error);
    });
  }

  /** POST …/init/error. */
  async initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#state !== 'Started') return wrongState(response, this.#state, 'InitError');
    this.#state = 'InitError';
    const body = await readBody(request, limits.answerBytesMax);
    accepted(response);
    const data = body.kind === 'whole' ? body.data : Buffer.alloc(0);
    this.#events.onInitError(reportedBody(request.headers, data));
  }

  #tell(kind: 'response' | 'error', request: IncomingMessage, body: Body): void {
    if (body.kind === 'truncated') return this.#events.onError(responseTruncated);
    if (body.kind === 'too-large') return this.#events.onError(tooLargeBody(limits.answerBytesMax));
    if (kind === 'error') return this.#events.onError(reportedBody(request.headers, body.data));
    const error = trailersError(body.trailers);
    if (error === undefined) this.#events.onResult(body.data);
    else this.#events.onError(error);
  }

  #answered(tell: () => void): void {
    // Those of its threads that wait have asked already.
    this.#state = this.#waiting.size > 0 ? 'Ready' : 'ResponseSent';
    tell();
  }

  #hand(): void {
    const [response] = this.#waiting;
    if (this.#held || this.#state !== 'Ready' || response === undefined || this.#handed === this.#invocation) return;
    this.#state = 'Running';
    this.#handed = this.#invocation;
    this.#deadlineMs = Math.round(Date.now() + (this.#handed?.timeoutMs ?? 0));
    this.#waiting.delete(response);
    this.#send(response);
  }

  #send(response: ServerResponse): void {
    const invocation = this.#handed;
    if (invocation === undefined) return wrongState(response, this.#state, 'Ready');
    const { requestId, payload, clientContext, tenantId, traceId, traceparent, traceState, invokedArn } = invocation;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': payload.length,
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(this.#deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': invokedArn ?? this.#functionArn(),
      ...(tenantId === undefined ? {} : { 'Lambda-Runtime-Aws-Tenant-Id': tenantId }),
      ...(traceId === undefined ? {} : { 'Lambda-Runtime-Trace-Id': traceId }),
      // In W3C's words: AWS has no such headers, and clients that do not know them do not look.
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(traceState === undefined ? {} : { tracestate: traceState }),
      ...(clientContext === undefined ? {} : contextHeader(clientContext)),
    });
    response.end(payload);
  }
}

const nothing = Buffer.alloc(0);
const responseTruncated: FunctionErrorBody = {
  errorType: 'Runtime.TruncatedResponse',
  errorMessage: 'Response truncated',
};

/** The runtime goes on to ask for the next one while the host takes this one's answer. */
function reply(response: ServerResponse, { kind }: Body | StreamEnd, bytesMax: number): void {
  if (kind === 'whole') accepted(response);
  else if (kind === 'too-large') tooLarge(response, bytesMax);
  else truncated(response);
}

function streamError(body: StreamEnd): FunctionErrorBody | undefined {
  if (body.kind === 'truncated') return responseTruncated;
  if (body.kind === 'too-large') return tooLargeBody(limits.streamBytesMax);
  return trailersError(body.trailers);
}

/** JSON on one line, its bytes as they are: headers are Latin 1 to Node. What is not JSON is left out. */
function contextHeader(json: string): Record<string, string> {
  try {
    const line = JSON.stringify(JSON.parse(json));
    return { 'Lambda-Runtime-Client-Context': Buffer.from(line).toString('latin1') };
  } catch {
    return {};
  }
}
