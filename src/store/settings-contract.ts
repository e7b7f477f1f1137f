/** A JSON object. Nobody changes one that was put or read. */
export type SettingsDocument = Readonly<Record<string, unknown>>;

/** Whose a document is. */
export interface SettingsKey {
  readonly account: string;
  /** The function's. */
  readonly name: string;
  /** A version's number, an alias, `$LATEST`, or `''` for the function itself. */
  readonly qualifier: string;
  /** `policy`, `url`, …: the word of whoever keeps it. */
  readonly kind: string;
}

/** A document, and whose it is. */
export interface SettingsEntry extends SettingsKey {
  readonly document: SettingsDocument;
}

/**
 * What is kept of a function beside itself: one JSON document for each function, qualifier and kind. They go with the version or alias that is
 * their qualifier, and with the function.
 *
 * All of it is in memory: what reads gives its answer at once, so that each request may ask. Between a `get` and a `put` or `delete`
 * that is called right after it, without an `await` between, nothing changes.
 */
export interface SettingsStore {
  get(account: string, name: string, qualifier: string, kind: string): SettingsDocument | undefined;
  /** Of all qualifiers of a function, in their order. */
  list(account: string, name: string, kind: string): readonly SettingsEntry[];
  /** Of every function of every account. */
  all(kind: string): readonly SettingsEntry[];
  /** Throws FunctionMissingError where there is no such function (any more). */
  put(account: string, name: string, qualifier: string, kind: string, document: SettingsDocument): Promise<void>;
  /** Gives what was deleted. */
  delete(account: string, name: string, qualifier: string, kind: string): Promise<SettingsDocument | undefined>;
}

/** There is no such function, or no longer. */
export class FunctionMissingError extends Error {
  override readonly name = 'FunctionMissingError';
}
