import type { CodeBundle } from '../model/code.ts';
import type { FunctionRecord } from '../model/function-record.ts';
import type { ThreadEnd } from '../protocol/session/session-messages.ts';

/**
 * What the service remembers: accounts, their keys, their functions. Every promise that resolves after a change means
 * that the change survives the death of the process and of the machine. Reading is cheap enough for every request:
 * implementations keep what is read often in memory. One store per home; opening a home that another living process
 * has open throws and names that process.
 *
 * Code lives beside it in a {@link CodeStore}; the caller ties the two together (code is put before the record that
 * names it is written, and collected after the last record that names it is gone).
 */
export interface Store extends AsyncDisposable {
  readonly functions: FunctionStore;
  readonly accounts: AccountStore;
}

/** Functions by account and name. Records are immutable; a changed one is a new object. */
export interface FunctionStore {
  /** Throws FunctionExistsError. */
  create(record: FunctionRecord): Promise<void>;
  get(account: string, name: string): Promise<FunctionRecord | undefined>;
  /** In order of names, those after `after`, at most `limit`. */
  list(account: string, after: string, limit: number): Promise<readonly FunctionRecord[]>;
  /** Every function of every account, for the service's own housekeeping. */
  all(): Promise<readonly FunctionRecord[]>;
  /**
   * Replaces a record by `change(current)`, with nothing in between. What `change` throws comes out and nothing has
   * changed. Throws RevisionMismatchError where `ifRevisionId` is given and is not the newest; gives undefined where
   * there is no such function. `change` may be called more than once and must be pure.
   */
  update(
    account: string,
    name: string,
    change: (current: FunctionRecord) => FunctionRecord,
    ifRevisionId?: string,
  ): Promise<FunctionRecord | undefined>;
  /** Gives what was deleted. */
  delete(account: string, name: string): Promise<FunctionRecord | undefined>;
}

/** An account: whose code may share an instance. */
export interface Account {
  /** 12 digits. */
  readonly id: string;
  readonly createdAt: number;
}

/** An account's key. The secret itself is kept, because SigV4 needs it to check a signature. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly createdAt: number;
}

/** Accounts and their access keys. */
export interface AccountStore {
  /** Both at once, so that there is no account without a key. */
  create(account: Account, key: AccessKey): Promise<void>;
  list(): Promise<readonly Account[]>;
  key(accessKeyId: string): Promise<AccessKey | undefined>;
  /** Oldest first. */
  keysOf(account: string): Promise<readonly AccessKey[]>;
}

/** A function of this name is already there. */
export class FunctionExistsError extends Error {
  override readonly name = 'FunctionExistsError';
}

/** The record was changed since its revision was read. */
export class RevisionMismatchError extends Error {
  override readonly name = 'RevisionMismatchError';
}

/** Code that was accepted. Dispose it once the record that names it is written: until then it is not collected. */
export interface StoredCode extends Disposable {
  /** SHA-256 of the zip, base64. */
  readonly sha256: string;
  readonly zipBytes: number;
}

/** Functions' code by content. */
export interface CodeStore {
  /** Checks, unpacks and keeps a zip. Throws ZipRefusedError (zip/refusal.ts), and then keeps nothing. */
  put(zip: Uint8Array): Promise<StoredCode>;
  /** The same until it is disposed, or this process ends: what is small is not written down. */
  hold(zip: Uint8Array): Promise<StoredCode>;
  /** Throws CodeMissingError. */
  read(sha256: string): Promise<CodeBundle>;
  /** Where the zip is, as it was uploaded. Throws CodeMissingError. */
  zipFile(sha256: string): Promise<{ readonly path: string; readonly bytes: number }>;
  /** Deletes code that is not in `inUse` and has not been for the store's grace time; gives how many bundles went. */
  collect(inUse: ReadonlySet<string>): Promise<number>;
}

/** A thread that outlived its client and has ended. */
export interface KeptThread {
  readonly name: string;
  readonly end: ThreadEnd;
  /** Of its result, where that came in parts. */
  readonly parts: readonly Uint8Array[];
}

/** Ends of threads, kept for a while for whoever comes to ask. */
export interface ThreadEndStore {
  /** When it resolves, the end survives the death of the process. */
  put(account: string, id: string, thread: KeptThread): Promise<void>;
  get(account: string, id: string): Promise<KeptThread | undefined>;
}

/** Code that was asked for is not, or no longer, there. */
export class CodeMissingError extends Error {
  override readonly name = 'CodeMissingError';
}
