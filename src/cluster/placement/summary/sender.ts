import { encodeMessage, type SummaryMessage, type TableChanges } from './format.ts';
import { rowsMax, tableNames, type HostSummary, type SummaryRow, type TableName } from './summary.ts';

/** A whole summary comes at least so often, ms: for who has missed one, and has not been heard asking. */
const wholeEveryMs = 8_000;
/** Changes that take more than this part of a whole summary are told by one. */
const changesShareMax = 0.6;

type Places = Map<number, { readonly slot: number; readonly a: number; readonly b: number }>;
type Tables<T> = Readonly<Record<TableName, T>>;

/** What a whole summary had. */
interface Base {
  readonly sequence: number;
  readonly at: number;
  readonly bytes: number;
  readonly tables: Tables<Places>;
}

/**
 * Says what a host has, in few bytes: a whole summary now and then, and between two of them what is different from the last whole one. So who
 * has that one needs no other message but the newest; lost ones cost nothing but their time.
 */
export class SummarySender {
  readonly #life: number;
  #sequence = 0;
  #base: Base | undefined;
  #wanted = true;

  /** `life`: any number below 2^32 that this host has not had before. */
  constructor(life: number) {
    this.#life = life;
  }

  /** Somebody has no whole summary: the next one is one. */
  want(): void {
    this.#wanted = true;
  }

  /** The next message, at `now`. `asks`: hosts of which a whole summary is wanted here. */
  next(summary: HostSummary, asks: readonly number[], now: number): Uint8Array {
    this.#sequence += 1;
    const base = this.#base;
    if (base !== undefined && !this.#wanted && now - base.at < wholeEveryMs) {
      const bytes = encodeMessage(this.#message(summary, asks, base));
      if (bytes.length <= base.bytes * changesShareMax) return bytes;
    }
    return this.#whole(summary, asks, now);
  }

  #message(summary: HostSummary, asks: readonly number[], base: Base): SummaryMessage {
    const { state, warm } = summary;
    const tables = eachTable((name) => changesOf(summary.tables[name], base.tables[name]));
    const { sequence } = base;
    return { life: this.#life, sequence: this.#sequence, base: sequence, facts: undefined, state, warm, tables, asks };
  }

  #whole({ facts, state, tables, warm }: HostSummary, asks: readonly number[], at: number): Uint8Array {
    const sequence = this.#sequence;
    const rows = eachTable((name) => ({ changed: [], added: tables[name].slice(0, rowsMax) }));
    const head = { life: this.#life, sequence, base: sequence };
    const bytes = encodeMessage({ ...head, facts, state, warm, tables: rows, asks });
    this.#base = { sequence, at, bytes: bytes.length, tables: eachTable((name) => placesOf(rows[name].added)) };
    this.#wanted = false;
    return bytes;
  }
}

function eachTable<T>(of: (name: TableName) => T): Tables<T> {
  const [codes, owners, provisioned] = tableNames;
  return { codes: of(codes), owners: of(owners), provisioned: of(provisioned) };
}

function placesOf(rows: readonly SummaryRow[]): Places {
  return new Map(rows.map(({ key, a, b }, slot) => [key, { slot, a, b }]));
}

function changesOf(rows: readonly SummaryRow[], base: Places): TableChanges {
  const changed: { slot: number; a: number; b: number }[] = [];
  const added: SummaryRow[] = [];
  const seen = new Set<number>();
  for (const row of rows) {
    const before = base.get(row.key);
    seen.add(row.key);
    if (before === undefined) {
      if (added.length < rowsMax) added.push(row);
    } else if (before.a !== row.a || before.b !== row.b) changed.push({ slot: before.slot, a: row.a, b: row.b });
  }
  if (seen.size < base.size || added.length > 0)
    for (const [key, { slot, a, b }] of base)
      if (!seen.has(key) && (a !== 0 || b !== 0)) changed.push({ slot, a: 0, b: 0 });
  return { changed: changed.toSorted((one, other) => one.slot - other.slot), added };
}
