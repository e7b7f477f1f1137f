import type { IncomingMessage } from 'node:http';
import { ObjectError } from '../../../../objects/errors.ts';
import type { S3Operation } from '../context.ts';
import type { Written } from './output.ts';
import type { Ticket } from './tickets.ts';

/** `POST /WriteGetObjectResponse`, as S3 Object Lambda has it: by who has the route and the token, in the account whose function it is. */
export const writeGetObjectResponse: S3Operation = async ({ context, headers, payload, account, request }) => {
  const ticket = context.tickets.named(headers['x-amz-request-route'], headers['x-amz-request-token']);
  if (ticket === undefined || ticket.account !== account)
    throw new ObjectError(
      { code: 'ValidationError', status: 400 },
      'The request token is of no request that waits for its answer.',
    );
  await writeTo(ticket, headers, payload.body, request);
  return { status: 200 };
};

/** The same by the address that a function was given. */
export async function writeByAddress(ticket: Ticket, request: IncomingMessage): Promise<void> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  await writeTo(ticket, headers, request, request);
}

async function writeTo(
  ticket: Ticket,
  headers: Readonly<Record<string, string | undefined>>,
  body: AsyncIterable<Uint8Array>,
  request: IncomingMessage,
): Promise<void> {
  await ticket.output.write({ ...said(headers), body, abandon: () => void request.destroy() });
}

const forwarded = 'x-amz-fwd-header-';
/** Those that are about the connection, or are ours to say. */
const own =
  /^(?:clear-site-data|connection|content-length|date|keep-alive|service-worker-allowed|set-cookie|te|trailer|transfer-encoding|upgrade|x-amz-request-id)$/;
const namePattern = /^[a-z0-9-]{1,128}$/;
const valuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;

function said(headers: Readonly<Record<string, string | undefined>>): Omit<Written, 'abandon' | 'body' | 'finish'> {
  const status = Number(headers['x-amz-fwd-status'] ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new ObjectError(
      'InvalidArgument',
      `x-amz-fwd-status is a status of HTTP from 200 to 599; it was '${headers['x-amz-fwd-status']}'.`,
    );
  const told: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers)) {
    const meant = name.startsWith(forwarded)
      ? name.slice(forwarded.length)
      : name.startsWith('x-amz-meta-')
        ? name
        : '';
    if (namePattern.test(meant) && valuePattern.test(value) && !own.test(meant)) told[meant] = value;
  }
  const code = headers['x-amz-fwd-error-code'];
  const message = headers['x-amz-fwd-error-message'] ?? '';
  if (code === undefined && status < 400) return { status, headers: told };
  const error = {
    code: /^[A-Za-z0-9]{1,64}$/.test(code ?? '') ? String(code) : 'FunctionFailed',
    message: message.slice(0, 1_024),
  };
  return { status: status < 400 ? 400 : status, headers: told, error };
}
