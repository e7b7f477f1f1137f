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
  return update.status === 'Successful' ? [latest.codeSha256] : [latest.codeSha256, update.serving.codeSha256];
}
