import type { DurableStore, Durability, PartClient } from './contracts/durable-store.ts';

/** Has an operation of a part done, and gives what it gave. */
export type AskStore = (part: string, operation: string, input: unknown, durability: Durability) => Promise<unknown>;

/** The parts of a store, as its callers have them. */
export function clientsOf(ask: AskStore): DurableStore['parts'] {
  return {
    events: clientOf(ask, 'events'),
    executions: clientOf(ask, 'executions'),
    notes: clientOf(ask, 'notes'),
    queues: clientOf(ask, 'queues'),
    schedules: clientOf(ask, 'schedules'),
    sources: clientOf(ask, 'sources'),
  };
}

function clientOf<Operations>(ask: AskStore, part: string): PartClient<Operations> {
  const get =
    (_target: object, operation: string) =>
    (input: unknown, durability: Durability = 'disk') =>
      ask(part, operation, input, durability);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has whatever it is asked for, and the thread refuses what is not there
  return new Proxy({}, { get }) as PartClient<Operations>;
}
