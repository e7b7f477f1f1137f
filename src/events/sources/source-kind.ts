import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { HeldAhead } from './budget/source-budget.ts';
import type { KeptThere } from './kept-watch.ts';
import type { Source, SourceRecord } from './source.ts';

/** A kind of source: how it is opened, and what its events look like. */
export interface SourceKind {
  /** Whether an ARN is of this kind. */
  owns(arn: string, account: string): boolean;
  /** The member of a record that filters look into. */
  readonly dataKey: string;
  rules(arn: string): SourceRules;
  /** Throws ApiError where such a mapping cannot be: the source is not there, or does not fit the function. */
  check(mapping: MappingRecord, functionTimeoutMs: number): Promise<void>;
  /** Throws where it is not there, or cannot be reached. `ahead` counts what it holds before it is asked for. */
  open(mapping: MappingRecord, signal: AbortSignal, ahead: HeldAhead): Promise<Source>;
  event(records: readonly object[], mapping: MappingRecord): object;
  /** What the source keeps for a mapping until it is done with, and which may fill its disk. */
  kept?(mapping: MappingRecord): Promise<KeptThere | undefined>;
  /** What is told of records that are given up, beside the event: a member of the record that AWS makes of it, where it makes one. */
  givenUpInfo?(items: readonly SourceRecord[], mapping: MappingRecord): object;
  /** The beginning of the ARN of what is at such servers, which an account names by their addresses; undefined where it may not read there. */
  atServers?(servers: readonly string[], account: string): string | undefined;
  /** The mapping is gone, and nothing reads for it any more: nothing of it is to be left at the source. */
  forget?(mapping: MappingRecord): Promise<void>;
}

/** What may be said of mappings of a kind of source. */
export interface SourceRules {
  /** Its records are in an order: it has a starting position, and its batches are tried again here. */
  readonly ordered: boolean;
  readonly batchUsual: number;
  readonly batchMax: number;
  /** The largest batch that needs no window. */
  readonly batchAtOnceMax: number;
  readonly windowMax: number;
  /** It is read as a member of a group of Kafka. */
  readonly hasGroup?: true;
}

/** What an on-failure destination is told of records that were given up. */
export interface ToldOfRecords {
  /** What the function got of them. */
  readonly event: object;
  /** A member of the record, such as AWS's `KafkaBatchInfo`; where there is none, the record says what all kinds have. */
  readonly info?: object;
}
