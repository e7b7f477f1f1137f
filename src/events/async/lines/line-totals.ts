import type { PartClient } from '../../../store/durable/contracts/durable-store.ts';
import type { EventOperations, LineSummary, LineTotals } from '../../../store/durable/contracts/events.ts';

/** Lines that the store looks at in one go: a millisecond or two of its thread. */
const sliceMax = 500;

/** What a line leads to: a function by its name, or a destination by its ARN. */
export type LineKind = 'function' | 'destination';

/** What waits of all lines of a kind, and runs. */
export interface KindTotals extends LineTotals {
  readonly inFlight: number;
}

const none: LineTotals = { depth: 0, bytes: 0, retrying: 0, oldestMs: undefined };
export const noLines: Readonly<Record<LineKind, LineTotals>> = { function: none, destination: none };

export function kindOfLine(line: string): LineKind {
  return line.includes(':') ? 'destination' : 'function';
}

/** All lines of an account, or of all, page by page: others have their turn between two of them. */
export async function allLines(
  store: Pick<PartClient<EventOperations>, 'summary'>,
  account: string | undefined,
  max: number = sliceMax,
): Promise<readonly LineSummary[]> {
  const lines: LineSummary[] = [];
  for (;;) {
    const after = lines.at(-1);
    const asked = { max, ...(account !== undefined && { account }), ...(after !== undefined && { after }) };
    const page = await store.summary(asked, 'process');
    lines.push(...page);
    if (page.length < max) return lines;
  }
}

/** What waits of all lines, slice by slice. */
export async function lineTotals(
  store: Pick<PartClient<EventOperations>, 'totals'>,
  max: number = sliceMax,
): Promise<Readonly<Record<LineKind, LineTotals>>> {
  let sum = noLines;
  let after = 0;
  for (;;) {
    const { functions, destinations, next } = await store.totals({ after, max }, 'process');
    sum = { function: added(sum.function, functions), destination: added(sum.destination, destinations) };
    if (next === undefined) return sum;
    after = next;
  }
}

function added(one: LineTotals, other: LineTotals): LineTotals {
  const oldest = [one, other].flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    depth: one.depth + other.depth,
    bytes: one.bytes + other.bytes,
    retrying: one.retrying + other.retrying,
    oldestMs: oldest.length === 0 ? undefined : Math.min(...oldest),
  };
}
