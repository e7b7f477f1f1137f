import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An HTTP server that functions tell what they do, at `/WORD/ID`, and that can keep them waiting for its answer. */
export interface Recorder extends AsyncDisposable {
  readonly port: number;
  /** Ids that were told, by word, as often as they were. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  /** Bodies that were posted, by path. */
  readonly posted: ReadonlyMap<string, readonly string[]>;
  /** Resolves when this holds; it is looked at whenever something was told. */
  until(holds: () => boolean): Promise<void>;
  /** From now on, whoever says this word waits; until it is let go. */
  hold(word: string): void;
  letGo(word: string): void;
  /** How many who said this word waited for an answer at the same time, at most. */
  most(word: string): number;
}

/** Starts one on a port of its own. */
export async function startRecorder(): Promise<Recorder> {
  const told = new Map<string, string[]>();
  const posted = new Map<string, string[]>();
  const held = new Map<string, (() => void)[]>();
  const busy = new Map<string, { now: number; most: number }>();
  const lookers = new Set<() => void>();
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const path = request.url ?? '/';
      const [, word = '', id = ''] = path.split('/');
      if (body.length > 0) posted.set(path, [...(posted.get(path) ?? []), body.toString()]);
      const count = busy.get(word) ?? { now: 0, most: 0 };
      busy.set(word, count);
      count.now += 1;
      count.most = Math.max(count.most, count.now);
      response.once('close', () => (count.now -= 1));
      told.set(word, [...(told.get(word) ?? []), decodeURIComponent(id)]);
      const answer = (): void => void response.end('ok');
      const waiting = held.get(word);
      if (waiting === undefined) answer();
      else waiting.push(answer);
      for (const look of lookers) look();
    });
  }).listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    told,
    posted,
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
      }),
    hold: (word) => void held.set(word, held.get(word) ?? []),
    letGo: (word) => {
      const waiting = held.get(word) ?? [];
      held.delete(word);
      for (const answer of waiting) answer();
    },
    most: (word) => busy.get(word)?.most ?? 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
