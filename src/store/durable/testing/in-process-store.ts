import type { DurableStore } from '../contracts/durable-store.ts';
import { parts } from '../parts.ts';
import type { Part } from '../part.ts';
import { Committer, openParts } from '../thread/committer.ts';
import { openDatabase } from '../thread/database.ts';
import type { Outcome } from '../thread/messages.ts';
import { asError } from '../store-thread.ts';

/** A durable store whose operations are done at once, in the caller's own thread: for simulations, in which nothing else may take time. */
export interface InProcessStore extends DurableStore {
  /** As if the disk had no more room than for so many more pages of 4 KiB; undefined: as much as it has. */
  limitPages(more: number | undefined): void;
}

/** `path`: of a file, or `:memory:`. `others`: parts in the place of those of their names. */
export function openInProcessStore(path: string, others: Readonly<Record<string, Part<object>>> = {}): InProcessStore {
  const all: Readonly<Record<string, Part<object>>> = { ...parts, ...others };
  const database = openDatabase(path, all);
  const committer = new Committer(database, openParts(database, all));
  const clientOf = (part: string): object =>
    new Proxy(
      {},
      {
        get:
          (_target, operation) =>
          async (input: unknown, durability: 'disk' | 'process' = 'disk') =>
            valueOf(committer.run([{ id: 0, part, operation: String(operation), input, durability }])),
      },
    );
  const clients = Object.fromEntries(Object.keys(all).map((name) => [name, clientOf(name)]));
  const pragma = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in open.ts: it has whatever it is asked for
    parts: clients as DurableStore['parts'],
    used: true,
    limitPages: (more) => {
      const pages = more === undefined ? 1_073_741_823 : pragma('page_count') - pragma('freelist_count') + more;
      database.exec(`PRAGMA max_page_count = ${pages}`);
    },
    [Symbol.asyncDispose]: async () => database.close(),
  };
}

function valueOf([outcome]: readonly Outcome[]): unknown {
  if (outcome === undefined) throw new Error('There is no outcome.');
  if ('error' in outcome) throw asError(outcome.error);
  // As what comes from another thread: a copy.
  return structuredClone(outcome.value);
}
