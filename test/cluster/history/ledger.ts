import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Happening } from './history.ts';

/** Where a test writes down what happens; functions tell it what they run, and holders of locks what they write. Outside of the cluster, so that it outlives all of it. */
export interface Ledger extends AsyncDisposable {
  readonly history: readonly Happening[];
  /** Where functions reach it, `http://address:port`. */
  readonly url: string;
  /** Ids that were acknowledged, and neither ran nor were dead-lettered. */
  readonly open: ReadonlySet<string>;
  readonly now: () => number;
  write(happening: Happening): void;
  /** Resolves when this holds; it is looked at whenever something happens. Rejects with what `signal` says. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void>;
}

/** Opens an empty one at an address of this machine. */
export async function openLedger(address: string): Promise<Ledger> {
  const history: Happening[] = [];
  const open = new Set<string>();
  const over = new Set<string>();
  const lookers = new Set<() => void>();
  const tokens = new Map<string, bigint>();
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const write = (happening: Happening): void => {
    history.push(happening);
    if (happening.what === 'acknowledged' && !over.has(happening.id)) open.add(happening.id);
    if (happening.what === 'ran' || happening.what === 'dead-lettered') {
      over.add(happening.id);
      open.delete(happening.id);
    }
    for (const look of lookers) look();
  };
  /** A register as one should be that is behind a lock: it takes nothing with a token that is smaller than one that it has seen. */
  const register = (lock: string, token: bigint, holder: string): boolean => {
    const taken = token >= (tokens.get(lock) ?? 0n);
    if (taken) tokens.set(lock, token);
    write({ what: 'wrote', lock, token, holder, taken });
    return taken;
  };
  const server = createServer((request, response) => {
    const hear = async (): Promise<void> => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the functions of these tests say it
      const told = (await json(request)) as Told;
      if ('runs' in told) for (const { id, delivery } of told.runs) write({ what: 'ran', id, delivery, atMs: now() });
      const taken = 'lock' in told ? register(told.lock, BigInt(told.token), told.holder) : true;
      response.writeHead(taken ? 200 : 409).end();
    };
    // Who died while he spoke has said nothing.
    hear().catch(() => response.destroy());
  }).listen(0, address);
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('The ledger has no port.');
  return {
    history,
    open,
    url: `http://${address}:${at.port}`,
    now,
    write,
    until: async (holds, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => void (holds() && resolve());
      const give = (): void => reject(signal.reason);
      lookers.add(look);
      signal.addEventListener('abort', give, { once: true });
      look();
      if (signal.aborted) give();
      try {
        await promise;
      } finally {
        lookers.delete(look);
        signal.removeEventListener('abort', give);
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Told =
  | { readonly runs: readonly { readonly id: string; readonly delivery: string }[] }
  | { readonly lock: string; readonly token: string; readonly holder: string };
