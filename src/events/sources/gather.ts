import type { Clock } from '../../model/clock.ts';
import { lineageIn, nextLineage } from '../../model/invocations/lineage.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { ReceiveRequest, SourceRecord } from './source.ts';

/** What an event may have, bytes: AWS's 6 MB, less what is around the records. */
export const eventBytesMax: number = 6_291_456 - 1_024;

/** How a batch is gathered. */
export interface GatherRules {
  readonly batchSize: number;
  /** From the first record on, ms; 0: what is there at once. */
  readonly windowMs: number;
  /** For the first, ms. */
  readonly waitMs: number;
  /** What a batch may have, bytes, where that is less than an event may. */
  readonly bytesMax?: number;
}

/**
 * Takes records until there are as many as a batch may have, as many as an event may hold, or the window is over; none where none came. Ends
 * early, with what it has, when `signal` fires. `gathered` is told how many bytes that is, whenever it has grown.
 */
export async function gather<Item extends SourceRecord>(
  source: { receive(how: ReceiveRequest): Promise<readonly Item[]> },
  { batchSize, windowMs, waitMs, bytesMax = eventBytesMax }: GatherRules,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
  gathered: (bytes: number) => void = () => undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let bytes = 0;
  let until = Number.POSITIVE_INFINITY;
  for (;;) {
    const left = items.length === 0 ? waitMs : Math.max(0, until - clock.now());
    const found = await source.receive({ max: batchSize - items.length, waitMs: left, signal });
    if (items.length === 0) until = clock.now() + windowMs;
    for (const item of found) {
      items.push(item);
      bytes += item.bytes;
    }
    if (found.length > 0) gathered(bytes);
    const full = items.length >= batchSize || bytes >= Math.min(bytesMax, eventBytesMax);
    // Without a window, more is taken only for as long as more is there.
    if (full || found.length === 0 || signal.aborted) return items;
    if (windowMs > 0 && clock.now() >= until) return items;
  }
}

/** A batch as events, each within what an event may have. */
export function eventParts<Item extends SourceRecord>(items: readonly Item[]): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (bytes + item.bytes > eventBytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(item);
    bytes += item.bytes;
  }
  return parts;
}

/** Those that would go on with a loop, and may be refused, are apart from the others; of a queue with an order also what is behind the first of them. */
export function loopsApart<Item extends SourceRecord>(
  items: readonly Item[],
  { account, functionName, sourceArn }: Pick<MappingRecord, 'account' | 'functionName' | 'sourceArn'>,
): readonly (readonly Item[])[] {
  const isLoop = ({ trace }: Item): boolean => {
    const lineage = lineageIn(trace);
    return lineage !== undefined && nextLineage(lineage, { account, name: functionName }) === 'loop';
  };
  const first = items.findIndex(isLoop);
  if (first === -1) return [items];
  const ordered = sourceArn.endsWith('.fifo');
  const free = ordered ? items.slice(0, first) : items.filter((item) => !isLoop(item));
  const loops = ordered ? items.slice(first) : items.filter(isLoop);
  return [free, loops].filter(({ length }) => length > 0);
}

/** Of records, together. */
export function bytesOf(items: readonly SourceRecord[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
