import type { FunctionVersion } from './function.ts';

/** What the store keeps of a function: its newest version, and how far the service is with it. */
export interface FunctionRecord {
  /** What the client sent last: version `$LATEST`. */
  readonly latest: FunctionVersion;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly state: FunctionState;
  readonly update: FunctionUpdate;
  readonly tags: Readonly<Record<string, string>>;
  /**
   * What clients know as its revision, where something was changed since `latest` was made that is not how it runs: its policy, how far the service
   * is with it, or that there is a published version of it.
   */
  readonly shownRevisionId?: string;
  /** Its policy denies something: also its own account's invocations are to be held against that. */
  readonly guarded?: true;
}

/** What clients know as its revision: they change it only where they have seen what it is now. */
export function revisionOf(record: FunctionRecord): string {
  return record.shownRevisionId ?? record.latest.revisionId;
}

/** `Pending` until what it needs to run (its instance configuration) is there for the first time. */
export type FunctionState =
  | { readonly status: 'Active' }
  | { readonly status: 'Pending' | 'Failed'; readonly reason: string };

/** While an update is under way, or has failed, the version before it goes on serving. */
export type FunctionUpdate =
  | { readonly status: 'Successful' }
  | { readonly status: 'InProgress' | 'Failed'; readonly reason: string; readonly serving: FunctionVersion };

/** The version that invocations run. Only meaningful when the function is `Active`. */
export function servingVersion(record: FunctionRecord): FunctionVersion {
  return record.update.status === 'Successful' ? record.latest : record.update.serving;
}

/** Every code bundle the record may still need. */
export function codeOf(record: FunctionRecord): readonly string[] {
  const { latest, update } = record;
  const versions = update.status === 'Successful' ? [latest] : [latest, update.serving];
  return versions.flatMap(({ codeSha256, layers = [] }) => [codeSha256, ...layers.map(({ sha256 }) => sha256)]);
}
