import { decodeMessage, type SummaryMessage, type TableChanges } from './format.ts';
import { SummaryFormatError } from './bytes.ts';
import { tableNames, type HostFacts, type HostState, type SummaryRow, type TableName } from './summary.ts';

/** Who keeps what a host says. Rows that are not named are as they were; gone ones are 0 and 0. */
export interface SummaryKeeper {
  /** A whole summary: whatever was known of it is forgotten first. */
  begin(facts: HostFacts): void;
  state(state: HostState, warm: readonly number[]): void;
  row(table: TableName, row: SummaryRow): void;
}

/** What became of a message: it is known now; it was old; it is of a format that nobody here understands; or what it is against was missed. */
export type Received = 'taken' | 'old' | 'unknown' | 'needs-whole';

/** Of a table: its rows in the last whole summary, and which of them, and which others, the last changes had. */
interface Known {
  rows: readonly SummaryRow[];
  changed: ReadonlySet<number>;
  added: ReadonlySet<number>;
}

/** Understands one host's messages: the other end of {@link SummarySender}. */
export class SummaryReceiver {
  readonly #keeper: SummaryKeeper;
  readonly #tables = new Map<TableName, Known>();
  #life: number | undefined;
  #sequence = 0;
  #base: number | undefined;
  #missed = 0;

  constructor(keeper: SummaryKeeper) {
    this.#keeper = keeper;
  }

  /** Messages that have never come, as far as later ones tell. */
  get missed(): number {
    return this.#missed;
  }

  /** Takes a message, and gives who it asks for whole summaries of. Throws SummaryFormatError for what is none; nothing was taken then. */
  take(bytes: Uint8Array): { readonly received: Received; readonly asks: readonly number[] } {
    const message = decodeMessage(bytes);
    if (message === undefined) return { received: 'unknown', asks: [] };
    return { received: this.#take(message), asks: message.asks };
  }

  #take(message: SummaryMessage): Received {
    const { base, facts, life, sequence } = message;
    const anew = life !== this.#life;
    if (!anew && sequence <= this.#sequence) return 'old';
    if (anew) this.#base = undefined;
    else this.#missed += sequence - this.#sequence - 1;
    this.#life = life;
    this.#sequence = sequence;
    if (facts !== undefined) this.#begin(message, facts);
    else if (base !== this.#base) {
      // How it is doing is in each of them.
      if (this.#base !== undefined) this.#keeper.state(message.state, message.warm);
      return 'needs-whole';
    } else for (const name of tableNames) this.#change(name, message.tables[name]);
    this.#keeper.state(message.state, message.warm);
    return 'taken';
  }

  #begin({ sequence, tables }: SummaryMessage, facts: HostFacts): void {
    this.#base = sequence;
    this.#keeper.begin(facts);
    for (const name of tableNames) {
      const rows = tables[name].added;
      this.#tables.set(name, { rows, changed: new Set(), added: new Set() });
      for (const row of rows) this.#keeper.row(name, row);
    }
  }

  #change(name: TableName, { added, changed }: TableChanges): void {
    const known = this.#tables.get(name);
    if (known === undefined) return;
    const slots = new Map(changed.map((each) => [each.slot, each]));
    // Those that are as they were in the whole one again.
    for (const slot of known.changed) {
      const row = known.rows[slot];
      if (row !== undefined && !slots.has(slot)) this.#keeper.row(name, row);
    }
    const keys = new Set(added.map(({ key }) => key));
    for (const key of known.added) if (!keys.has(key)) this.#keeper.row(name, { key, a: 0, b: 0 });
    for (const { slot, a, b } of changed) {
      const row = known.rows[slot];
      if (row !== undefined) this.#keeper.row(name, { key: row.key, a, b });
    }
    for (const row of added) this.#keeper.row(name, row);
    known.changed = new Set(slots.keys());
    known.added = keys;
  }
}

/** Whether an error says that a message was none. */
export function isFormatError(error: unknown): error is SummaryFormatError {
  return error instanceof SummaryFormatError;
}
