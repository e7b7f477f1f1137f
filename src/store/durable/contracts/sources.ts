/** An event source mapping: records of a source go to a function. Times are milliseconds since the Unix epoch. */
export interface MappingRecord {
  readonly uuid: string;
  readonly account: string;
  readonly functionName: string;
  readonly qualifier?: string;
  /** Which source, as its kind writes it: an ARN. */
  readonly sourceArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Event patterns, as JSON; a record goes to the function where one of them matches, or where there is none. */
  readonly filters: readonly string[];
  /** How many batches may be with the function at a time. */
  readonly concurrencyMax?: number;
  /** The function says which records of a batch failed. */
  readonly reportsItems: boolean;
  /** For sources in an order: what becomes of a batch that fails. */
  readonly order?: OrderRules;
  /** The group of Kafka that it is in. */
  readonly groupId?: string;
  /** The servers by whose addresses its source was named, where that was not by an ARN. */
  readonly servers?: readonly string[];
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Members of the API that say nothing here, as they were given. */
  readonly kept: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** How a source whose records are in an order goes on after a failure. */
export interface OrderRules {
  readonly startAt: 'TRIM_HORIZON' | 'LATEST' | { readonly timestamp: number };
  /** -1: for as long as the records are there. */
  readonly retriesMax: number;
  /** -1: however old. */
  readonly ageSecondsMax: number;
  /** A batch that failed is tried again in halves. */
  readonly bisects: boolean;
  /** Where goes what was given up. */
  readonly onFailureArn?: string;
}

/** Which mappings are asked for; those after `after`, by id. */
export interface MappingQuery {
  readonly account: string;
  readonly sourceArn?: string;
  readonly functionName?: string;
  readonly after?: string;
  readonly limit: number;
}

/** Tags that are set and such as are taken away, of a mapping. */
export interface TagChange {
  readonly account: string;
  readonly uuid: string;
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** The part of the durable store that has event source mappings. */
export interface SourceOperations {
  /** Gives the id of one that there is for the same source, function and qualifier. */
  create(mapping: MappingRecord): { readonly created: true } | { readonly created: false; readonly uuid?: string };
  get(name: { readonly account: string; readonly uuid: string }): MappingRecord | undefined;
  /** Replaces one that is there, but for its tags; gives whether it is, or the id of another that has its source, function and qualifier. */
  replace(mapping: MappingRecord): boolean | string;
  /** Its tags as they are now; undefined where it is not there. */
  retag(change: TagChange): Readonly<Record<string, string>> | undefined;
  /** Where its reading of its source has come to, in the words of its kind. */
  position(name: { readonly account: string; readonly uuid: string }): string | undefined;
  /** Kept while the mapping is there. */
  setPosition(at: { readonly account: string; readonly uuid: string; readonly position: string }): void;
  remove(name: { readonly account: string; readonly uuid: string }): boolean;
  list(query: MappingQuery): readonly MappingRecord[];
  /** Of all accounts. */
  enabled(): readonly MappingRecord[];
  disabled(): readonly MappingRecord[];
}
