import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a service that can be cut. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** Connections that were made through it. */
  readonly connections: number;
  /** Breaks all connections, without a goodbye. Gives how many there were. */
  cut(): number;
  /** Leaves all connections open, and passes nothing on any more. */
  freeze(): void;
}

/** Listens on a port of its own and passes all bytes on to `target`. */
export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((inner) => {
    connections += 1;
    const outer = connect(Number(port), hostname);
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(one);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port: own } = server.address() as AddressInfo;
  const cut = (): number => {
    const before = open.size / 2;
    for (const socket of open) socket.resetAndDestroy();
    return before;
  };
  return {
    url: `http://127.0.0.1:${own}`,
    get connections() {
      return connections;
    },
    cut,
    freeze: () => {
      for (const socket of open) socket.unpipe();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
