import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoppingError } from '../../../model/errors.ts';
import { authorise } from '../../policies/authorise.ts';
import { s3Deed } from '../../policies/deeds/of-s3.ts';
import { swallowBody } from '../../http/swallow-body.ts';
import { admit, type Admitted } from './auth/admit.ts';
import { payloadOf } from './auth/payload.ts';
import { asObjectError, errorDocument } from './documents/failure.ts';
import type { S3Call, S3Context, S3Options, S3Reply } from './context.ts';
import { answeredAtHome, leadToTicket } from './homes.ts';
import { startNotifier } from './notifications/notifier.ts';
import { nameOf } from './operation-name.ts';
import { operations } from './operations.ts';
import { placeOf, type Place } from './path/place.ts';
import { serveTicket } from './path/serve-ticket.ts';
import { ticketIdOf, Tickets } from './path/tickets.ts';
import { addressOf, signedPartOf, type Address } from './read-call.ts';

/** Answers one request. Never rejects. */
export type ServeS3 = (request: IncomingMessage, response: ServerResponse, receivedAt: number) => Promise<void>;

/**
 * Answers requests to object storage, in S3's REST protocol, past fastify: bodies come and go as streams.
 *
 * In this room: `auth/` is who asks and how bodies come, `documents/` XML both ways, `buckets/`, `objects/` and `multipart/` the operations,
 * `notifications/` what is told of changes, `path/` the functions that objects go through.
 */
export async function openS3(options: S3Options): Promise<ServeS3> {
  const store = await options.objects.open();
  const context: S3Context = {
    ...options,
    store,
    tickets: new Tickets(options.frontend.clock),
    loops: options.frontend.events.loops,
  };
  startNotifier(options, store);
  return (request, response, receivedAt) => serve(context, request, response, receivedAt);
}

async function serve(
  context: S3Context,
  request: IncomingMessage,
  response: ServerResponse,
  receivedAt: number,
): Promise<void> {
  const requestId = randomUUID();
  response.once('finish', context.answered);
  response.on('error', () => undefined);
  let call: S3Call | undefined;
  try {
    if (context.stopping.aborted) throw new StoppingError('The service is stopping.');
    const address = addressOf(request.url ?? '/');
    const ticket = context.tickets.of(address.query);
    if (ticket !== undefined) return await serveTicket(ticket, request, response, requestId);
    const asked = { frontend: context.frontend, request, response };
    const ticketId = ticketIdOf(address.query);
    if (ticketId !== undefined) return await leadToTicket(asked, ticketId);
    const admitted = await admittedOf(context, request, address);
    call = callOf(context, { request, response, address, admitted, requestId, receivedAt });
    if (await answeredAtHome(asked, admitted)) return;
    const reply = await run(call, address);
    if (reply !== undefined) send(response, requestId, reply);
  } catch (error) {
    await refuse(context, { request, response, requestId, isAdmitted: call !== undefined }, error);
  }
}

async function admittedOf({ frontend }: S3Context, request: IncomingMessage, address: Address): Promise<Admitted> {
  return await admit(signedPartOf(request, address), {
    keyOf: (id) => frontend.store.accounts.key(id),
    region: frontend.settings.region,
    wallMs: frontend.clock.wall(),
    forwarded: frontend.identityOf?.(request),
  });
}

interface Read extends Pick<S3Call, 'request' | 'response' | 'requestId' | 'receivedAt'> {
  readonly address: Address;
  readonly admitted: Admitted;
}

function callOf(context: S3Context, { address, admitted, ...about }: Read): S3Call {
  const { request } = about;
  const { key } = admitted;
  const { account } = key;
  const { bucketName, objectKey, query } = address;
  const headers: S3Call['headers'] = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  const payload = payloadOf(request, admitted);
  const place = (): Place => placeOf(context.store.buckets, account, bucketName);
  const where = { bucketName, objectKey, query, bucket: () => place().bucket, place };
  return { context, ...about, account, key, ...where, headers, payload };
}

async function run(call: S3Call, { query }: Address): Promise<S3Reply | undefined> {
  const { context, request, key, account } = call;
  const name = nameOf({
    method: request.method ?? '',
    bucketName: call.bucketName,
    objectKey: call.objectKey,
    query,
    headers: call.headers,
  });
  // Of several objects, each is asked about when they are known.
  if (key.sessionToken !== undefined && name !== 'DeleteObjects')
    authorise(key, s3Deed(name, call.bucketName, call.objectKey));
  await context.frontend.gate.request(account);
  return await operations[name](call);
}

function send(response: ServerResponse, requestId: string, { status, headers = {}, xml }: S3Reply): void {
  const body = Buffer.from(xml ?? '');
  const type = xml === undefined ? {} : { 'content-type': 'application/xml' };
  const length =
    status === 204 || status === 304 || headers['content-length'] !== undefined
      ? {}
      : { 'content-length': body.length };
  response.writeHead(status, { 'x-amz-request-id': requestId, ...type, ...length, ...headers });
  response.end(body);
}

interface Refused {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly isAdmitted: boolean;
}

async function refuse(
  { frontend }: S3Context,
  { request, response, requestId, isAdmitted }: Refused,
  error: unknown,
): Promise<void> {
  const known = asObjectError(error, frontend.logger);
  // Half of an answer is taken for none where the connection breaks.
  if (response.headersSent) return void response.destroy();
  // Clients send all of a body before they read why it is not taken. Strangers are not listened to.
  if (!request.complete) {
    if (isAdmitted) await swallowBody(request);
    if (!request.complete) response.shouldKeepAlive = false;
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const hasBody = request.method !== 'HEAD' && known.status !== 304;
  const retry: Readonly<Record<string, string>> = known.status === 503 ? { 'retry-after': '1' } : {};
  send(response, requestId, {
    status: known.status,
    headers: retry,
    ...(hasBody && { xml: errorDocument(known, path, requestId) }),
  });
}
