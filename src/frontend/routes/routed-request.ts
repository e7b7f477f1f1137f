import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignedRequest } from '../auth/signature-claim.ts';
import type { ApiReply } from './operation.ts';
import { sendBytes } from '../http/send-bytes.ts';
import { sendParts } from '../http/send-parts.ts';

/** Sends an answer of an operation. */
export function sendReply(reply: FastifyReply, answer: ApiReply): FastifyReply {
  const { status, headers, body } = answer;
  if (body instanceof Uint8Array) {
    // Past fastify, which has nothing to add to them.
    reply.hijack();
    sendBytes(reply.raw, reply.request.id, answer, body);
    return reply;
  }
  if (answer.stream !== undefined) {
    reply.hijack();
    void sendParts(reply.raw, reply.request.id, answer, answer.stream);
    return reply;
  }
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (answer.requestId !== undefined) reply.header('x-amzn-requestid', answer.requestId);
  if (body === undefined) return reply.send();
  if (!(Symbol.asyncIterator in body)) return reply.send(body);
  if (answer.silentMsMax !== undefined) reply.raw.setTimeout(answer.silentMsMax, () => reply.raw.destroy());
  void reply.send(Readable.from(body));
  // The first line of a stream may come much later; that there is a stream, the client is told now.
  reply.raw.flushHeaders();
  return reply;
}

/** A request as its signature covers it. */
export function signedRequestOf(request: FastifyRequest): SignedRequest {
  const { url, method } = request;
  const at = url.indexOf('?');
  return {
    method,
    path: at === -1 ? url : url.slice(0, at),
    query: at === -1 ? noQuery : queryOf(request),
    headers: request.headers,
  };
}

const noQuery: Readonly<Record<string, string>> = {};

function queryOf(request: FastifyRequest): Readonly<Record<string, string | readonly string[]>> {
  const query: unknown = request.query;
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
