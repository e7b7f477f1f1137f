import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { keyText, makeAuthority, makeHostIdentity } from '../secrets/certificate.ts';

/** A host that speaks HTTPS with a certificate of an authority of its own. */
export interface SecretHost extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  /** PEM. */
  readonly authority: string;
}

/** Starts one on this machine's loopback. */
export async function secretHost(
  name: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<SecretHost> {
  const issuer = makeAuthority('An authority of tests', [name], Date.now());
  const { cert, key } = makeHostIdentity(name, issuer, Date.now());
  const server = createServer({ cert: cert + issuer.cert, key: keyText(key) }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('The host has no port.');
  return {
    server,
    port: bound.port,
    authority: issuer.cert,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
