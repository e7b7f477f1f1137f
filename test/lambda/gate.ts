import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where one handler waits until a test has seen what it did before. */
export interface Door {
  /** Inside a container whose function may come here. Answers once it is open. */
  readonly url: string;
  readonly open: () => void;
  /** Resolves when the handler stands before it. */
  readonly reached: Promise<void>;
  /** Resolves when so many handlers stand before it. */
  reachedBy(count: number): Promise<void>;
  /** How long the handler has stood before it, ms. */
  shutMs(): number;
}

/** Doors, and what a function must have to come to them. */
export interface Gate extends AsyncDisposable {
  readonly tags: Readonly<Record<string, string>>;
  door(): Door;
}

interface Standing {
  readonly response: ServerResponse;
  readonly since: number;
}

/** A gate on loopback. */
export async function openGate(): Promise<Gate> {
  const arrivals = new Map<string, (standing: Standing) => void>();
  const server = createServer((request, response) => {
    request.resume();
    arrivals.get(request.url ?? '')?.({ response, since: performance.now() });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `host.heddle.internal:${(server.address() as AddressInfo).port}`;
  return {
    tags: { 'heddle:egress': host },
    door() {
      const path = `/${arrivals.size}`;
      const opened = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      let shutMs = 0;
      let standing = 0;
      const lookers = new Set<() => void>();
      arrivals.set(path, ({ response, since }) => {
        reached.resolve();
        standing += 1;
        for (const look of lookers) look();
        void opened.promise.then(() => {
          shutMs = performance.now() - since;
          response.end();
        });
      });
      return {
        url: `http://${host}${path}`,
        open: opened.resolve,
        reached: reached.promise,
        reachedBy: (count) =>
          new Promise((resolve) => {
            const look = (): void => {
              if (standing >= count) resolve();
            };
            lookers.add(look);
            look();
          }),
        shutMs: () => shutMs,
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
