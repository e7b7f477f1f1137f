import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { Book } from './book.ts';
import type { Happening } from './history.ts';

/** Where the proof writes down what happens; the function tells it what it runs. Outside of the service, so that it survives it. */
export interface Ledger extends AsyncDisposable {
  readonly history: readonly Happening[];
  readonly book: Book;
  /** Ids of events that fail whenever they run. */
  readonly fails: Set<string>;
  /** What the service said where it took something not. */
  readonly refusals: string[];
  /** Of the server that the function tells. */
  readonly port: number;
  /** Since when, ms, everything is counted. */
  readonly now: () => number;
  /** The life of the service, counted from 0. */
  life: number;
  write(happening: Happening): void;
  /** Looks at what is waited for, where it is something else that changed. */
  look(): void;
  /** Resolves when nothing that a service passed on is unread: its connections end with it, and what is in them is read before. */
  drained(): Promise<void>;
  /** Resolves when this holds; it is looked at whenever something happens. */
  until(holds: () => boolean): Promise<void>;
}

const quietTurns = 5;

/** What the function tells. */
interface Told {
  readonly container: string;
  /** On this machine's clock, which the function has as well. */
  readonly began: number;
  readonly runs: readonly { readonly id: string; readonly delivery: string; readonly fails?: boolean }[];
}

/** Says by an HTTP request to the ledger what it runs, and then does as it is told: an event that `fails` fails. */
export const functionCode = (port: number): string => `const container = crypto.randomUUID();
exports.handler = async (event, { awsRequestId }) => {
  const began = Date.now();
  const runs = event.Records?.map(({ messageId, body }) => ({ delivery: messageId, ...JSON.parse(body) })) ??
    [{ delivery: awsRequestId, ...event }];
  const answer = await fetch('http://host.heddle.internal:${port}/', {
    method: 'POST', body: JSON.stringify({ container, began, runs }) });
  if (!answer.ok) throw new Error('The ledger answered ' + answer.status);
  await answer.arrayBuffer();
  // So that there is work in the midst of which a service dies.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const failed = runs.filter(({ fails }) => fails);
  if (event.Records) return { batchItemFailures: failed.map(({ delivery }) => ({ itemIdentifier: delivery })) };
  if (failed.length > 0) throw new Error('told to');
};`;

/** Opens an empty one. */
export async function openLedger(): Promise<Ledger> {
  const history: Happening[] = [];
  const fails = new Set<string>();
  const book = new Book(fails);
  const lookers = new Set<() => void>();
  const startedAt = performance.now();
  const startedWallMs = Date.now();
  const now = (): number => performance.now() - startedAt;
  const look = (): void => {
    for (const one of lookers) one();
  };
  const write = (happening: Happening): void => {
    history.push(happening);
    book.add(happening);
    look();
  };
  const connections = new Set<Socket>();
  let hearing = 0;
  const server = createServer((request, response) => {
    hearing += 1;
    const hear = async (): Promise<void> => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the function above says it
      const { container, began, runs } = (await json(request)) as Told;
      for (const { id, delivery, fails = false } of runs)
        write({ what: 'ran', id, life: ledger.life, atMs: began - startedWallMs, delivery, container, fails });
      response.end('written');
    };
    // A service that dies takes the connection with it: then nothing was told.
    hear()
      .catch(() => response.destroy())
      .finally(() => (hearing -= 1));
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await once(server, 'listening');
  const address = server.address();
  const ledger: Ledger = {
    history,
    book,
    fails,
    refusals: [],
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    now,
    life: 0,
    write,
    look,
    async drained() {
      // Those that wait to be accepted come with the next turns of the loop.
      for (let quiet = 0; quiet < quietTurns; quiet = connections.size === 0 && hearing === 0 ? quiet + 1 : 0)
        await turn();
    },
    until: (holds) =>
      new Promise((resolve) => {
        const one = (): void => {
          if (!holds()) return;
          lookers.delete(one);
          resolve();
        };
        lookers.add(one);
        one();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return ledger;
}
