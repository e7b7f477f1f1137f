import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { functionArn } from '../../api/function-ref.ts';
import { expectedHeader, expectHeader } from '../../api/hint.ts';
import { tenantOf } from '../../api/tenancy.ts';
import { StoppingError } from '../../model/errors.ts';
import { joinedTraceHeader, traceStateOf } from '../../model/invocations/trace-context.ts';
import { callerOn } from '../../model/invocations/caller.ts';
import type { Invocation } from '../../model/invocations/invocation.ts';
import { limits } from '../../model/limits.ts';
import type { AccessKey } from '../../store/contract.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { expectedBy } from '../hints/expecting.ts';
import { connectionGone } from '../http/connection-gone.ts';
import type { LambdaContext } from '../lambda/context.ts';
import { invocationTarget, qualifiedArn } from '../lambda/find-function.ts';
import { outcomeHeaders } from '../lambda/invocation/invoke-reply.ts';
import { invokeStreamed } from '../lambda/streaming/streamed-answer.ts';
import { sendBody } from '../http/send-bytes.ts';
import { swallowBody } from '../http/swallow-body.ts';
import { isPreflight, preflightLines } from './cors.ts';
import { authorise } from '../policies/authorise.ts';
import { deedsOfHeader } from '../policies/deeds/of-hints.ts';
import { policyHeader } from '../policies/policy-book.ts';
import { readBody, tooLarge } from './read-body.ts';
import { UrlForbiddenError, urlRefusal } from './refusal.ts';
import { streamAnswer } from './stream-answer.ts';
import type { UrlTarget } from './target.ts';
import { admitted, type UrlPolicy } from './url-access.ts';
import { urlPolicy } from './url-policy.ts';
import { badGateway, urlAnswer } from './url-answer.ts';
import type { FoundUrl } from './url-book.ts';
import { writeHead, type UrlCall } from './url-call.ts';
import { urlEvent, type UrlCaller, type UrlRequest } from './url-event.ts';

/** What functions' URLs are served with. */
export interface UrlServing {
  readonly context: LambdaContext;
  readonly authenticator: Authenticator;
  /** Fires when the service takes nothing more. */
  readonly stopping: AbortSignal;
  /** Called when an answer has left. */
  readonly answered: () => void;
}

interface Serving extends UrlServing {
  readonly mayCall: UrlPolicy;
  readonly arnOf: (found: FoundUrl) => string;
}

/**
 * Answers requests to functions' URLs, past fastify.
 *
 * In this room: `target.ts` says which requests these are, `url-access.ts` who may, `url-event.ts` makes the event of one, `url-answer.ts` the answer
 * of a result, and `stream-answer.ts` sends one that is streamed; `cors.ts` and `path-form.ts` are what pages of browsers may do. `url-book.ts` knows all URLs.
 */
export function serveUrls(
  options: UrlServing,
): (request: IncomingMessage, response: ServerResponse, target: UrlTarget) => void {
  const { context, answered } = options;
  const { region } = context.settings;
  const arnOf = ({ account, name, qualifier }: FoundUrl): string =>
    qualifiedArn({
      account,
      name,
      arn: functionArn({ account, region }, name),
      ...(qualifier !== '' && { qualifier }),
    });
  const serving = { ...options, mayCall: urlPolicy(context.store.settings, region), arnOf };
  return (request, response, target) => {
    const call = {
      request,
      response,
      target,
      requestId: randomUUID(),
      receivedAt: context.clock.now(),
      trace: traceOf(givenTraceOf(request), context.clock.wall()),
    };
    response.once('finish', answered);
    void serve(serving, call);
  };
}

async function serve(serving: Serving, call: UrlCall): Promise<void> {
  let found: FoundUrl | undefined;
  try {
    found = serving.context.urls.find(call.target.urlId);
    await answer(serving, call, found);
  } catch (error) {
    refuse(serving, call, found, error);
  }
}

async function answer(serving: Serving, call: UrlCall, found: FoundUrl | undefined): Promise<void> {
  const { request, response } = call;
  if (serving.stopping.aborted) throw new StoppingError('The service is stopping.');
  if (found === undefined) throw new UrlForbiddenError('no such URL');
  const { cors, invokeMode } = found.url;
  if (cors !== undefined && isPreflight(request.method ?? '', request.headers)) {
    writeHead(call, undefined, 200, preflightLines(cors, request.headers), {}, 0);
    return void response.end();
  }
  const { body, key } = await admitted(request, found, serving, () => readBody(request));
  const caller = key && { accessKeyId: key.accessKeyId, account: key.account };
  const invocation = await invocationOf(serving, call, found, body, caller);
  const expected = key && (await hinted(serving.context, request, key));
  const { workerManager } = serving.context;
  const gone = connectionGone(request.socket);
  if (invokeMode === 'RESPONSE_STREAM')
    return streamAnswer(call, found, await invokeStreamed(workerManager, invocation, gone));
  const outcome = await workerManager.invoke(invocation, gone);
  const { result } = outcome;
  const isAnswer = result.ok && result.payload.length <= limits.answerBytesMax;
  const { status, headers, body: bytes } = isAnswer ? urlAnswer(result.payload) : badGateway;
  writeHead(call, found, status, headers, { ...outcomeHeaders(outcome), ...expected }, bytes.length);
  sendBody(response, bytes);
}

async function invocationOf(
  { context }: UrlServing,
  { request, target, requestId, receivedAt, trace }: UrlCall,
  { account, name, qualifier }: FoundUrl,
  body: Buffer,
  caller: UrlCaller | undefined,
): Promise<Invocation> {
  const arn = functionArn({ account, region: context.settings.region }, name);
  const ref = { account, name, arn, ...(qualifier !== '' && { qualifier }) };
  const { function: fn, invokedArn } = await invocationTarget(context, ref);
  // A URL names no tenant, as on AWS: one made before is no way around it.
  tenantOf(fn, undefined);
  const payload = urlEvent({
    urlId: target.urlId,
    method: request.method ?? '',
    rawPath: target.rawPath,
    rawQuery: target.rawQuery,
    headers: headersOf(request),
    body,
    httpVersion: request.httpVersion,
    requestId,
    trace,
    // Whoever comes out of a container has no address.
    sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    port: request.socket.localPort ?? 80,
    wallMs: context.clock.wall(),
    ...(caller !== undefined && { caller }),
  });
  if (payload.length > limits.payloadBytesMax) throw tooLarge();
  const calledBy = callerOn(request.socket);
  const said = request.headers[policyHeader];
  // What strangers can have made is only what the account has made up its mind about.
  const onlyNamed = caller === undefined;
  const policy = typeof said === 'string' ? context.policies.requested(account, said, { onlyNamed }) : undefined;
  const traceState =
    request.headers['traceparent'] === undefined ? undefined : traceStateOf(oneOf(request.headers['tracestate']));
  const more = {
    ...(traceState !== undefined && { traceState }),
    ...(qualifier !== '' && { invokedArn }),
    ...(calledBy !== undefined && { calledBy }),
    ...(policy !== undefined && { policy }),
  };
  return { function: fn, requestId, payload, receivedAt, traceHeader: trace, cause: 'url', ...more };
}

/** What who signed a request says of the calls that follow it. Whoever did not sign has no account that would pay for them. */
async function hinted(
  context: LambdaContext,
  { headers }: IncomingMessage,
  key: AccessKey,
): Promise<Record<string, string> | undefined> {
  const said = headers[expectHeader];
  if (typeof said !== 'string') return undefined;
  const scope = { account: key.account, region: context.settings.region };
  if (key.sessionToken !== undefined) for (const deed of deedsOfHeader(said, scope)) authorise(key, deed);
  return { [expectedHeader]: await expectedBy(context, scope, said) };
}

function refuse({ context }: UrlServing, call: UrlCall, found: FoundUrl | undefined, error: unknown): void {
  const { request, response } = call;
  if (response.headersSent) return void response.destroy();
  const { status, headers, body } = urlRefusal(error, context.logger);
  const text = JSON.stringify(body);
  const tell = (): void => {
    writeHead(call, found, status, [['content-type', 'application/json']], headers, Buffer.byteLength(text));
    response.end(text);
  };
  // Clients send all of a large body before they read why it is not taken.
  if (status === 413) void swallowBody(request).then(tell);
  else tell();
}

/** The trace that the request is part of, in AWS X-Ray's words or W3C's. */
function givenTraceOf({ headers }: IncomingMessage): string | undefined {
  const { traceparent, 'x-amzn-trace-id': header } = headers;
  return joinedTraceHeader(oneOf(header), oneOf(traceparent));
}

function oneOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const rootPattern = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?=;|$)/i;

/** Node puts several of one name together in a way of its own; of each one only, it has them ready. */
function headersOf(request: IncomingMessage): UrlRequest['headers'] {
  const { headers, rawHeaders } = request;
  return Object.keys(headers).length * 2 === rawHeaders.length ? headers : request.headersDistinct;
}

/** The trace that a request is part of, as its function and its answer are told of it. */
function traceOf(given: string | readonly string[] | undefined, wallMs: number): string {
  if (typeof given === 'string' && given.length <= 512 && rootPattern.test(given)) return given;
  const seconds = Math.floor(wallMs / 1_000).toString(16);
  // Of these digits each is random, and they are drawn many at once.
  const uuid = randomUUID();
  return `Root=1-${seconds.padStart(8, '0')}-${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(24)}`;
}
