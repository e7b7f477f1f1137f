import { deepest } from '../../model/invocations/lineage.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { outcomeOf } from './batch-answer.ts';
import { compileFilters } from './filter/filter.ts';
import type { BatchOutcome, SourceRecord } from './source.ts';

/** How calling a function with an event went. */
export type CallOutcome =
  | { readonly kind: 'ok'; readonly payload: Uint8Array }
  | { readonly kind: 'failed' | 'throttled'; readonly error: string }
  | { readonly kind: 'stopping' };

/** Calls the function of a mapping, once, with the lineage of what it is called for. Never rejects. */
export type CallFunction = (
  mapping: Pick<MappingRecord, 'account' | 'functionName' | 'qualifier'>,
  payload: Buffer,
  lineage?: string,
) => Promise<CallOutcome>;

/** What is counted of a mapping since the service started. */
export interface MappingCounts {
  received: number;
  filtered: number;
  done: number;
  failed: number;
  givenUp: number;
  /** With the function now. */
  running: number;
  /** In the words of AWS's `LastProcessingResult`. */
  last: string;
}

export function noCounts(): MappingCounts {
  return { received: 0, filtered: 0, done: 0, failed: 0, givenUp: 0, running: 0, last: 'No records processed' };
}

/** What readers of sources need of {@link BatchRunner}. */
export type RunsBatches = Pick<BatchRunner, 'counts' | 'split' | 'run'>;

/** Sends batches of one mapping to its function. */
export class BatchRunner {
  readonly #mapping: MappingRecord;
  readonly #call: CallFunction;
  readonly #wanted: (record: object) => boolean;
  readonly #event: (records: readonly object[]) => object;
  readonly counts: MappingCounts;

  /** `dataKey`: see {@link compileFilters}; `event`: what stands around records. Throws PatternError. */
  constructor(
    mapping: MappingRecord,
    call: CallFunction,
    counts: MappingCounts,
    dataKey: string,
    event: (records: readonly object[]) => object,
  ) {
    this.#mapping = mapping;
    this.#call = call;
    this.#wanted = compileFilters(mapping.filters, dataKey);
    this.#event = event;
    this.counts = counts;
  }

  /** Those that go to the function, and those that do not. */
  split<Item extends SourceRecord>(
    items: readonly Item[],
  ): { readonly wanted: readonly Item[]; readonly dropped: readonly Item[] } {
    this.counts.received += items.length;
    const wanted = items.filter(({ wire, filtered }) => this.#wanted(filtered ?? wire));
    const kept = new Set(wanted);
    const dropped = items.filter((item) => !kept.has(item));
    this.counts.filtered += dropped.length;
    return { wanted, dropped };
  }

  /** What the function gets of records. */
  event(items: readonly SourceRecord[]): object {
    return this.#event(items.map(({ wire }) => wire));
  }

  /** Never rejects. */
  async run(items: readonly SourceRecord[]): Promise<BatchOutcome> {
    const { counts } = this;
    counts.running += 1;
    const payload = Buffer.from(JSON.stringify(this.event(items)));
    const called = await this.#call(this.#mapping, payload, deepest(items.map(({ trace }) => trace)));
    counts.running -= 1;
    const outcome = this.#outcome(called, items);
    if (outcome.kind === 'stopping') return outcome;
    const failed = outcome.kind === 'ok' ? 0 : outcome.kind === 'some' ? outcome.failed.size : items.length;
    counts.done += items.length - failed;
    counts.failed += failed;
    counts.last =
      'error' in outcome
        ? `PROBLEM: ${outcome.error.slice(0, 200)}`
        : outcome.kind === 'some'
          ? 'PROBLEM: some records failed'
          : 'OK';
    return outcome;
  }

  #outcome(called: CallOutcome, items: readonly SourceRecord[]): BatchOutcome {
    if (called.kind !== 'ok') return called;
    if (!this.#mapping.reportsItems) return { kind: 'ok' };
    return outcomeOf(called.payload, new Set(items.map(({ id }) => id)));
  }
}
