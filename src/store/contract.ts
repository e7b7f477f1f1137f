import type { AccountLimits } from '../model/accounts/account-limits.ts';
import type { CodeBundle, CodeFile } from '../model/functions/code.ts';
import type { RuntimeName } from '../model/runtimes/configuration.ts';
import type { Starter } from '../model/functions/function.ts';
import type { FunctionRecord } from '../model/functions/function-record.ts';
import type { LayerVersion } from '../model/functions/layer.ts';
import type { UsageRecord } from '../model/accounts/usage.ts';
import type { ThreadEnd } from '../protocol/session/session-messages.ts';
import type { DocumentStore } from './documents-contract.ts';
import type { SettingsStore } from './settings-contract.ts';
import type { AliasStore, VersionStore } from './versions-contract.ts';

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
  readonly versions: VersionStore;
  readonly aliases: AliasStore;
  readonly settings: SettingsStore;
  readonly accounts: AccountStore;
  readonly layers: LayerStore;
  readonly documents: DocumentStore;
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
  /** Gives what was deleted. Its versions, aliases and settings go with it. */
  delete(account: string, name: string): Promise<FunctionRecord | undefined>;
}

/** Layers by account, name and version. */
export interface LayerStore {
  /** Adds a version, which `version` makes of its number: one more than the layer ever had. */
  publish(account: string, name: string, version: (number: number) => LayerVersion): Promise<LayerVersion>;
  get(account: string, name: string, version: number): Promise<LayerVersion | undefined>;
  /** Newest first. */
  versions(account: string, name: string): Promise<readonly LayerVersion[]>;
  /** All versions of all layers of an account, by name, newest first. */
  list(account: string): Promise<readonly LayerVersion[]>;
  /** Of every account, for the service's own housekeeping. */
  all(): Promise<readonly LayerVersion[]>;
  /** Replaces a version that is there. */
  replace(layer: LayerVersion): Promise<void>;
  /** Also of one that is not there. */
  delete(account: string, name: string, version: number): Promise<void>;
}

/** An account: whose code may share an instance. */
export interface Account {
  /** 12 digits. */
  readonly id: string;
  readonly createdAt: number;
  /** For people; no two have the same, but the empty one. */
  readonly name: string;
  /** It is the one of whoever runs the service, and may see to the others. There is exactly one. */
  readonly operator: boolean;
  readonly limits: AccountLimits;
}

/** An account's key. The secret itself is kept, because SigV4 needs it to check a signature. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly createdAt: number;
  /** It was handed to code that runs: it is only good for calling functions and starting threads, and comes with this token. */
  readonly sessionToken?: string;
  /** What whoever it was handed to may connect to and do: what is started with it may not more. */
  readonly holder?: Starter;
  /** Somebody outside took a role: until then it is good, milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** Aborted when it is good for nothing any more. */
  readonly ended?: AbortSignal;
  /** Whether whoever it was handed to stands still. */
  readonly standing?: { readonly still: boolean };
  /** It is kept, and good for nothing. */
  readonly disabled?: true;
}

/** Accounts and their access keys. */
export interface AccountStore {
  /** Both at once, so that there is no account without a key. Throws where id, name or key are taken. */
  create(account: Account, key: AccessKey): Promise<void>;
  /** Oldest first. */
  list(): Promise<readonly Account[]>;
  /** From memory: it is asked for every request. None for an account that is not there. */
  limitsOf(account: string): AccountLimits;
  setLimits(account: string, limits: AccountLimits): Promise<void>;
  /** With its keys, which end. Throws where something of it is left: its functions and layers have to go first. */
  remove(account: string): Promise<void>;
  /** One that is good for something: a disabled one is not found. `ended` fires when it is disabled or removed. */
  key(accessKeyId: string): Promise<AccessKey | undefined>;
  /** Oldest first; disabled ones, too. */
  keysOf(account: string): Promise<readonly AccessKey[]>;
  addKey(key: AccessKey): Promise<void>;
  /** Gives false where there is no such key. */
  setKeyDisabled(accessKeyId: string, disabled: boolean): Promise<boolean>;
  removeKey(accessKeyId: string): Promise<boolean>;
}

/** What functions used, by hour, and by day where that is long ago; bounded: the oldest goes. Survives the death of the process. */
export interface UsageStore extends Disposable {
  /** Adds to what is there. Throws where it cannot be written, and then nothing is. */
  add(records: readonly UsageRecord[]): void;
  /** Of this account, or of all; oldest first. */
  read(span: { readonly account?: string; readonly sinceMs: number; readonly untilMs: number }): readonly UsageRecord[];
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
  /** This code with what was compiled of it for a runtime; undefined where nothing was. Throws CodeMissingError. */
  readCompiled(sha256: string, runtime: RuntimeName): Promise<CodeBundle | undefined>;
  /** Keeps what was compiled of code, for one runtime, for as long as the code is kept. Throws CodeMissingError. */
  keepCompiled(sha256: string, runtime: RuntimeName, files: readonly CodeFile[]): Promise<void>;
  /** The zip of code that is only held, where those are kept. */
  heldZip?(sha256: string): Uint8Array | undefined;
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
  /** Of stores that outlive their host: it runs, and whoever asks for it when that is gone is told that it is lost. */
  begun?(account: string, id: string, name: string): Promise<void>;
  get(account: string, id: string): Promise<KeptThread | undefined>;
}

/** Code that was asked for is not, or no longer, there. */
export class CodeMissingError extends Error {
  override readonly name = 'CodeMissingError';
}
