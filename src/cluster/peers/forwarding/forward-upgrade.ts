import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../../api/errors.ts';
import { callerOn } from '../../../model/invocations/caller.ts';
import type { ForwardedIdentity, HostRecord } from '../../contract.ts';
import type { HostCertificate } from '../certificate.ts';
import { connectTo } from '../connect.ts';
import { refuseTwice, unreachable } from './forward.ts';
import { forwardedHeaders } from './headers.ts';
import { identityHeader, identityOnWire } from './identity.ts';

/** The one thing that clients' connections become. */
const webSocket = 'websocket';

/** A request to upgrade a connection, to be answered by another host. */
export interface ForwardedUpgrade {
  readonly record: HostRecord;
  readonly own: HostCertificate;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
  readonly identity: ForwardedIdentity;
}

/**
 * Connects a client's connection with one to another host, which answers the request and has all that follows. Resolves when the two are connected; rejects with ApiError, the
 * client's connection untouched, where they cannot or must not be. Each ends with the other, and both when the key ends that asked.
 */
export async function forwardUpgrade({
  record,
  own,
  request,
  socket,
  head,
  identity,
}: ForwardedUpgrade): Promise<void> {
  refuseTwice(request);
  // A client does not choose what a connection between hosts becomes: one of their own links would be a host's.
  if (request.headers.upgrade?.toLowerCase() !== webSocket)
    throw new ApiError('InvalidRequestContentException', `Connections are upgraded to ${webSocket} only.`);
  const line = `${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1\r\n`;
  const passed = forwardedHeaders(request.rawHeaders);
  const upgrade = ['connection', 'Upgrade', 'upgrade', webSocket];
  const headers = [...passed, ...upgrade, identityHeader, identityOnWire(identity, callerOn(request.socket))];
  const text = headers.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
  const other = await connectTo(record, own).catch((error: unknown) => {
    throw unreachable(record, error);
  });
  other.write(Buffer.concat([Buffer.from(`${line}${text}\r\n`, 'latin1'), head]));
  join(socket, other, identity.key.ended);
}

/** Each has what the other says, as fast as it takes it, and ends with it. */
function join(one: Duplex, other: Duplex, ended: AbortSignal | undefined): void {
  const end = (): void => {
    one.destroy();
    other.destroy();
  };
  one.pipe(other).pipe(one);
  for (const side of [one, other]) side.once('close', end).on('error', end);
  if (ended === undefined) return;
  ended.addEventListener('abort', end, { once: true });
  one.once('close', () => ended.removeEventListener('abort', end));
  if (ended.aborted) end();
}
