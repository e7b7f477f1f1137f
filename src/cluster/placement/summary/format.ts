import { ByteReader, ByteWriter, SummaryFormatError } from './bytes.ts';
import { rowsMax, tableNames, type HostFacts, type HostState, type SummaryRow, type TableName } from './summary.ts';

/** What is different in a way that an older release would take for something else. */
const formatVersion = 1;

/** Of a table, against the one at the base: rows by their place in it, and those that are new. Gone ones are 0 and 0. */
export interface TableChanges {
  readonly changed: readonly { readonly slot: number; readonly a: number; readonly b: number }[];
  readonly added: readonly SummaryRow[];
}

/** One message. */
export interface SummaryMessage {
  /** Other after each start of the host. */
  readonly life: number;
  /** Grows by one from message to message. */
  readonly sequence: number;
  /** The sequence of the whole summary that changes are against; its own, where it is one. */
  readonly base: number;
  /** Only of a whole one. */
  readonly facts: HostFacts | undefined;
  readonly state: HostState;
  readonly warm: readonly number[];
  /** Of a whole one, all rows are `added`. */
  readonly tables: Readonly<Record<TableName, TableChanges>>;
  /** Hosts (the low 32 bits of their ids) of which a whole summary is wanted. */
  readonly asks: readonly number[];
}

const tags = { facts: 1, state: 2, warm: 3, asks: 4, tables: 16 } as const;
/** Processors are told in sixteenths. */
const wantedUnit = 16;
/** A host has no more of anything that is listed here than that. */
const listMax = 4_096;

/** The bytes of a message. Parts that have a length of their own can be added without those who do not know them being disturbed. */
export function encodeMessage({ asks, base, facts, life, sequence, state, tables, warm }: SummaryMessage): Uint8Array {
  const out = new ByteWriter();
  for (const number of [formatVersion, life, sequence, base]) out.number(number);
  if (facts !== undefined) out.section(tags.facts, (to) => writeFacts(to, facts));
  out.section(tags.state, (to) => writeState(to, state));
  if (warm.some((count) => count > 0)) out.section(tags.warm, (to) => writeList(to, warm));
  if (asks.length > 0) out.section(tags.asks, (to) => writeList(to, asks));
  for (const [nth, name] of tableNames.entries()) {
    const { changed, added } = tables[name];
    if (changed.length + added.length > 0) out.section(tags.tables + nth, (to) => writeTable(to, tables[name]));
  }
  return out.take();
}

/** Reads a message; undefined for one of a version that nobody here understands. Throws SummaryFormatError for anything else that is none. */
export function decodeMessage(bytes: Uint8Array): SummaryMessage | undefined {
  const from = new ByteReader(bytes);
  if (from.number() !== formatVersion) return undefined;
  const [life, sequence, base] = [from.number(), from.number(), from.number()];
  let facts: HostFacts | undefined;
  let state: HostState | undefined;
  let warm: readonly number[] = [];
  let asks: readonly number[] = [];
  const tables: Record<TableName, TableChanges> = { codes: none, owners: none, provisioned: none };
  while (!from.ended) {
    const tag = from.number();
    const part = new ByteReader(from.bytes(from.number()));
    const table = tableNames[tag - tags.tables];
    if (tag === tags.facts) facts = readFacts(part);
    else if (tag === tags.state) state = readState(part);
    else if (tag === tags.warm) warm = readList(part);
    else if (tag === tags.asks) asks = readList(part);
    else if (table !== undefined) tables[table] = readTable(part);
  }
  if (state === undefined) throw new SummaryFormatError('A summary does not say how its host is doing.');
  if ((facts === undefined) !== (base !== sequence))
    throw new SummaryFormatError('A summary is neither a whole one nor one of changes.');
  return { life, sequence, base, facts, state, warm, tables, asks };
}

const none: TableChanges = { changed: [], added: [] };

function writeFacts(to: ByteWriter, { directChannels, functionMbMax, isolation, kinds, processors }: HostFacts): void {
  for (const number of [processors, functionMbMax, isolation, directChannels ? 1 : 0, kinds.length]) to.number(number);
  for (const kind of kinds) to.text(kind);
}

function readFacts(from: ByteReader): HostFacts {
  const [processors, functionMbMax, isolation, flags] = [from.number(), from.number(), from.number(), from.number()];
  if (processors === 0) throw new SummaryFormatError('A host of a summary has no processor.');
  const kinds = Array.from({ length: lengthOf(from) }, () => from.text());
  return { processors, functionMbMax, isolation, directChannels: (flags & 1) === 1, kinds };
}

function writeState(to: ByteWriter, state: HostState): void {
  to.number((state.takes ? 1 : 0) | (state.full ? 2 : 0));
  to.number(Math.round(state.wanted * wantedUnit));
  const { memoryFreeMb, memoryIdleMb, memoryMb, running, waiting } = state;
  for (const number of [running, waiting, memoryMb, memoryFreeMb, memoryIdleMb])
    to.number(Math.max(0, Math.floor(number)));
}

function readState(from: ByteReader): HostState {
  const [flags, wanted, running, waiting] = [from.number(), from.number(), from.number(), from.number()];
  const [memoryMb, memoryFreeMb, memoryIdleMb] = [from.number(), from.number(), from.number()];
  const told = { running, waiting, memoryMb, memoryFreeMb, memoryIdleMb };
  return { takes: (flags & 1) !== 0, full: (flags & 2) !== 0, wanted: wanted / wantedUnit, ...told };
}

function writeList(to: ByteWriter, list: readonly number[]): void {
  to.number(list.length);
  for (const number of list) to.number(number);
}

function readList(from: ByteReader): readonly number[] {
  return Array.from({ length: lengthOf(from) }, () => from.number());
}

function writeTable(to: ByteWriter, { added, changed }: TableChanges): void {
  to.number(changed.length);
  // In the order of their places, each told by how far it is from the one before it: mostly one byte.
  let before = 0;
  for (const { slot, a, b } of changed) {
    to.number(slot - before);
    before = slot;
    to.number(a);
    to.number(b);
  }
  to.number(added.length);
  for (const { key, a, b } of added) {
    to.name(key);
    to.number(a);
    to.number(b);
  }
}

function readTable(from: ByteReader): TableChanges {
  let slot = 0;
  const changed = Array.from({ length: lengthOf(from, rowsMax) }, () => {
    slot += from.number();
    return { slot, a: from.number(), b: from.number() };
  });
  const added = Array.from({ length: lengthOf(from, rowsMax) }, () => ({
    key: from.name(),
    a: from.number(),
    b: from.number(),
  }));
  return { changed, added };
}

function lengthOf(from: ByteReader, max = listMax): number {
  const length = from.number();
  if (length > max) throw new SummaryFormatError(`A list of a summary has ${length} parts, more than ${max}.`);
  return length;
}
