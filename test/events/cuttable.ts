import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut. */
export interface Cuttable extends AsyncDisposable {
  readonly port: number;
  /** Ends all connections; others can be made at once. Gives how many there were. */
  cut(): number;
}

/** Passes on what comes at a port of its own. */
export async function cuttable(to: number): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(to, '127.0.0.1');
    sockets.add(inner);
    const end = (): void => {
      sockets.delete(inner);
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) socket.on('error', end).on('close', end);
    inner.pipe(outer).pipe(inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = (): number => {
    const count = sockets.size;
    for (const socket of sockets) socket.destroy();
    return count;
  };
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
