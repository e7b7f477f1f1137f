import type { HostId } from '../../contract.ts';
import type { SummaryKeeper } from '../summary/receiver.ts';
import type { HostFacts, HostState, SummaryRow, TableName } from '../summary/summary.ts';
import { hostHash } from './rendezvous.ts';

/** What is known of one code's containers on a host. `ours`: calls that were sent there from here and have not ended. */
interface CodeRow {
  idle: number;
  busy: number;
  ours: number;
  /** Of these, those that were there when the host last told; and the most at once since then. */
  oursTold: number;
  oursMost: number;
}

/** Who is told of what changes in a {@link HostView}. */
export interface HostViewEvents {
  /** It has containers of the code now, or none. */
  holds(host: HostView, code: number, holds: boolean): void;
  /** What is wanted of hosts that may be used, and what they have, changed by so many processors. */
  counts(load: number, processors: number): void;
}

/**
 * A host as it is known here: what it last told, and what has been sent there from here since, which it could not tell yet. Each question is
 * answered in a few steps, as it is asked of many hosts for one call.
 */
export class HostView implements SummaryKeeper {
  readonly id: HostId;
  readonly hash: number;
  facts: HostFacts | undefined;
  told: HostState | undefined;
  /** When it was last heard, on the clock here. */
  heardAt: number = Number.NEGATIVE_INFINITY;
  /** Processors that it has to give, and what of them is wanted, with what was sent there. */
  processors = 1;
  load = 0;
  readonly #events: HostViewEvents;
  readonly #codes: Map<number, CodeRow> = new Map();
  readonly #owners: Map<number, { kinds: number; blanks: number; taken: number }> = new Map();
  readonly #provisioned: Map<number, SummaryRow> = new Map();
  #kinds: ReadonlyMap<string, number> = new Map();
  #warm: number[] = [];
  #ours = 0;
  #oursTold = 0;
  #present = false;
  #counted = { load: 0, processors: 0 };

  constructor(id: HostId, events: HostViewEvents) {
    this.id = id;
    this.hash = hostHash(id);
    this.#events = events;
  }

  /** It is heard, speaks a protocol that is spoken here, and takes what is new, as far as its record says. */
  get present(): boolean {
    return this.#present;
  }

  set present(present: boolean) {
    this.#present = present;
    this.#count();
  }

  /** Whether it may be given what is new. */
  get usable(): boolean {
    return this.#present && this.told?.takes === true && !this.told.full;
  }

  /** Whether it can make containers of a kind, and takes functions so large. */
  canRun(kind: string, memoryMb: number): boolean {
    return this.#kinds.has(kind) && memoryMb <= (this.facts?.functionMbMax ?? 0);
  }

  /** Idle containers of a code, after what was sent there. */
  idleOf(code: number): number {
    const row = this.#codes.get(code);
    if (row === undefined) return 0;
    const { busy, idle, ours, oursMost, oursTold } = row;
    // No more than it has told of, unless more of ours ran there at once: ours come to be idle when they end.
    return Math.max(0, Math.max(Math.min(idle + oursTold, idle + busy), oursMost) - ours);
  }

  /** Whether a call of this owner would find a blank container and the memory for it. */
  blankFor(owner: number, kind: string, memoryMb: number): boolean {
    if (this.told === undefined || this.told.memoryFreeMb < memoryMb) return false;
    const place = this.#kinds.get(kind);
    if (place === undefined) return false;
    const own = this.#owners.get(owner);
    if (own !== undefined && own.blanks > own.taken && Math.floor(own.kinds / 2 ** place) % 2 === 1) return true;
    return (this.#warm[place] ?? 0) > 0;
  }

  /** Whether it could have the memory for one more container. */
  roomFor(memoryMb: number): boolean {
    return this.told !== undefined && this.told.memoryFreeMb + this.told.memoryIdleMb >= memoryMb;
  }

  /** What it says of what is kept ready. */
  provisionedOf(key: number): SummaryRow | undefined {
    return this.#provisioned.get(key);
  }

  /** A call was sent there; `weight`: of its processors; `owner`: where it takes a blank container. Gives what is to be called when it has ended. */
  began(
    code: number,
    weight: number,
    blank?: { readonly owner: number; readonly kind: string; readonly memoryMb: number },
  ): () => void {
    const row = this.#row(code);
    row.ours += 1;
    row.oursMost = Math.max(row.oursMost, row.ours);
    if (blank !== undefined) this.#takeBlank(blank);
    this.#ours += weight;
    this.#review();
    return () => {
      row.ours -= 1;
      this.#ours -= weight;
      this.#review();
      this.#forget(code, row);
    };
  }

  /** It was wrong that it had room for this code: until it tells again, it has none. */
  refused(code: number): void {
    const row = this.#codes.get(code);
    if (row === undefined) return;
    row.idle = 0;
    row.busy = 0;
    row.oursMost = row.ours;
    this.#forget(code, row);
  }

  begin(facts: HostFacts): void {
    this.facts = facts;
    this.processors = facts.processors;
    this.#kinds = new Map(facts.kinds.map((kind, place) => [kind, place]));
    for (const [code, row] of this.#codes) {
      row.idle = 0;
      row.busy = 0;
      this.#forget(code, row);
    }
    this.#owners.clear();
    this.#provisioned.clear();
  }

  state(state: HostState, warm: readonly number[]): void {
    this.told = state;
    this.#warm = [...warm];
    this.#oursTold = this.#ours;
    for (const row of this.#codes.values()) {
      row.oursTold = row.ours;
      row.oursMost = row.ours;
    }
    for (const own of this.#owners.values()) own.taken = 0;
    this.#review();
  }

  /** This host: what is known of it is of now. */
  live(told: HostState): void {
    this.told = told;
    this.load = told.wanted;
    this.#count();
  }

  /** Processors that it has for others: what it has to do for this one is left out. */
  get spare(): number {
    const others = Math.max(0, (this.told?.wanted ?? 0) - this.#oursTold);
    return Math.max(0, this.processors - others);
  }

  row(table: TableName, row: SummaryRow): void {
    const { a, b, key } = row;
    if (table === 'codes') this.#told(key, a, b);
    else if (table === 'owners') {
      if (b === 0) this.#owners.delete(key);
      else this.#owners.set(key, { kinds: a, blanks: b, taken: 0 });
    } else if (a === 0 && b === 0) this.#provisioned.delete(key);
    else this.#provisioned.set(key, row);
  }

  #told(code: number, idle: number, busy: number): void {
    if (idle === 0 && busy === 0 && !this.#codes.has(code)) return;
    const row = this.#row(code);
    row.idle = idle;
    row.busy = busy;
    this.#forget(code, row);
  }

  #row(code: number): CodeRow {
    let row = this.#codes.get(code);
    if (row !== undefined) return row;
    row = { idle: 0, busy: 0, ours: 0, oursTold: 0, oursMost: 0 };
    this.#codes.set(code, row);
    this.#events.holds(this, code, true);
    return row;
  }

  #forget(code: number, { busy, idle, ours, oursMost }: CodeRow): void {
    if (idle + busy + ours + oursMost > 0 || !this.#codes.delete(code)) return;
    this.#events.holds(this, code, false);
  }

  #takeBlank({
    kind,
    memoryMb,
    owner,
  }: {
    readonly owner: number;
    readonly kind: string;
    readonly memoryMb: number;
  }): void {
    const own = this.#owners.get(owner);
    if (own !== undefined && own.blanks > own.taken) own.taken += 1;
    else {
      const place = this.#kinds.get(kind) ?? -1;
      const warm = this.#warm[place];
      if (warm !== undefined && warm > 0) this.#warm[place] = warm - 1;
    }
    if (this.told !== undefined) this.told = { ...this.told, memoryFreeMb: this.told.memoryFreeMb - memoryMb };
  }

  /** What runs there of ours is there for certain, whatever it had heard of it when it told. */
  #review(): void {
    this.load = Math.max((this.told?.wanted ?? 0) + this.#ours - this.#oursTold, this.#ours, 0);
    this.#count();
  }

  #count(): void {
    const { usable } = this;
    const [load, processors] = usable ? [this.load, this.processors] : [0, 0];
    const { load: loadBefore, processors: processorsBefore } = this.#counted;
    if (load === loadBefore && processors === processorsBefore) return;
    this.#counted = { load, processors };
    this.#events.counts(load - loadBefore, processors - processorsBefore);
  }
}
