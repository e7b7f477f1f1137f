/** What a host is like, for as long as it runs. */
export interface HostFacts {
  readonly processors: number;
  /** The largest function that it takes, MiB. */
  readonly functionMbMax: number;
  /** How well its instances are kept apart from the machine; of two hosts the one with more never hands over to one with less. */
  readonly isolation: number;
  /** Several threads may be handed to one of its containers at once. */
  readonly directChannels: boolean;
  /** Kinds of blank containers that it can make; others are told by their place in it. */
  readonly kinds: readonly string[];
}

/** How it is doing. */
export interface HostState {
  /** Takes what is new. */
  readonly takes: boolean;
  /** Its queue takes no more. */
  readonly full: boolean;
  /** Processors that its calls want, and how many calls run and wait. */
  readonly wanted: number;
  readonly running: number;
  readonly waiting: number;
  /** MiB. */
  readonly memoryMb: number;
  readonly memoryFreeMb: number;
  readonly memoryIdleMb: number;
}

/**
 * A row of one of a summary's tables. Of `codes`: idle and busy containers. Of `owners`: a bit for each kind of which there is a blank container in
 * its instances, and how many there are. Of `provisioned`: containers that are ready, and 1 for those that cannot be had.
 */
export interface SummaryRow {
  readonly key: number;
  readonly a: number;
  readonly b: number;
}

/** The tables of a summary, in the order in which they are told. */
export const tableNames: readonly ['codes', 'owners', 'provisioned'] = ['codes', 'owners', 'provisioned'];
/** One of {@link tableNames}. */
export type TableName = (typeof tableNames)[number];

/** Everything that a host says of itself. */
export interface HostSummary {
  readonly facts: HostFacts;
  readonly state: HostState;
  /** Warm instances that have a blank container of each kind, in the order of the facts' kinds. */
  readonly warm: readonly number[];
  readonly tables: Readonly<Record<TableName, readonly SummaryRow[]>>;
}

/** Rows of a table that are told: beyond, the host seems to have less than it has. Of two tables they fit into a beat. */
export const rowsMax = 1_800;
/** Bytes of a summary, at most. */
export const summaryBytesMax: number = 48 * 1024;

/** A count as it is told: from 16 on its three highest bits, since nobody decides by more, and what hardly changes need not be told anew. */
export function coarse(count: number): number {
  if (count < 16) return count;
  const unit = 2 ** (Math.floor(Math.log2(count)) - 2);
  return Math.floor(count / unit) * unit;
}
