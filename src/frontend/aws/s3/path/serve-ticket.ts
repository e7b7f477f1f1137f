import type { IncomingMessage, ServerResponse } from 'node:http';
import { ObjectError } from '../../../../objects/errors.ts';
import { rangeOf } from '../../../../objects/rules/ranges.ts';
import { sendBody } from '../objects/send-body.ts';
import type { Ticket } from './tickets.ts';
import { writeByAddress } from './write-response.ts';

/** Answers a function that reads what goes into it, or writes what comes out, by an address that it was given. Throws ObjectError. */
export async function serveTicket(
  ticket: Ticket,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  if (request.method === 'POST' || request.method === 'PUT') {
    await writeByAddress(ticket, request);
    response.writeHead(200, { 'x-amz-request-id': requestId, 'content-length': '0' }).end();
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new ObjectError('MethodNotAllowed', 'This address is for reading an object.');
  request.resume();
  const { input } = ticket;
  const range = input.bytes === undefined ? undefined : rangeOf(request.headers.range, input.bytes);
  const { start, end } = range ?? { start: 0, end: (input.bytes ?? 0) - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'x-amz-request-id': requestId,
    ...input.headers,
    ...(input.bytes !== undefined && { 'content-length': String(end - start + 1) }),
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${input.bytes}` }),
  });
  if (request.method === 'HEAD' || input.bytes === 0) return void response.end();
  await sendBody(response, input.read(range));
}
