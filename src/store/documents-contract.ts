import type { SettingsDocument } from './settings-contract.ts';

/** What an account has by name beside functions: one JSON document for each kind and name. */
export interface AccountDocument {
  readonly account: string;
  /** The word of whoever keeps it: `policy`, `role`, … */
  readonly kind: string;
  readonly name: string;
  readonly document: SettingsDocument;
}

/**
 * Documents of accounts, which go with their account. All of it is in memory: what reads gives its answer at once, so that each request may
 * ask. Between a `get` and a `put` or `delete` that is called right after it, without an `await` between, nothing changes.
 */
export interface DocumentStore {
  get(account: string, kind: string, name: string): SettingsDocument | undefined;
  /** Of one kind, by name. */
  list(account: string, kind: string): readonly AccountDocument[];
  /** Of every account, in no order. */
  all(kind: string): readonly AccountDocument[];
  count(account: string, kind: string): number;
  put(account: string, kind: string, name: string, document: SettingsDocument): Promise<void>;
  /** Gives what was deleted. */
  delete(account: string, kind: string, name: string): Promise<SettingsDocument | undefined>;
}
