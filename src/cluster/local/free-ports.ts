import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** So many ports of an address that nobody listens on now; different ones. */
export async function freePorts(address: string, count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listening(address)));
  try {
    return held.map((server) => {
      const at = server.address();
      if (at === null || typeof at === 'string') throw new Error(`A listener on ${address} has no port.`);
      return at.port;
    });
  } finally {
    await Promise.all(
      held.map(async (server) => {
        const closed = once(server, 'close');
        server.close();
        await closed;
      }),
    );
  }
}

async function listening(address: string): Promise<Server> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  return server;
}
