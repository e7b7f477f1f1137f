import type { RemoteErrorKind } from '../threads/errors.ts';
import type { SchemaIssue } from './standard-schema.ts';
import { shortText, visibleText } from './visible-text.ts';

/**
 * Why a call of a portion gave no result. As of threads: `throw`, `timeout`, `oom`, `cancelled`, `lost`, `capacity`, `not-cloneable`; and `arguments`
 * that its schema refuses, a `result` that nobody should take from it, `calls` that it had no right to make, so many that it was ended.
 */
export type PortionErrorKind = RemoteErrorKind | 'arguments' | 'result' | 'calls';

/** What is known of a call that failed. */
export interface PortionFailure {
  readonly kind: PortionErrorKind;
  readonly portion: string;
  readonly message: string;
  readonly remoteName?: string;
  readonly remoteStack?: string;
  readonly logTail?: string;
  readonly issues?: readonly SchemaIssue[];
  readonly cause?: unknown;
}

const nameUnitsMax = 100;
const messageUnitsMax = 4_096;
const stackUnitsMax = 8_192;

/** A call of a portion failed. What it says of the portion's own error is text, short and without control characters: it is the portion's word. */
export class PortionError extends Error {
  override readonly name = 'PortionError';
  readonly kind: PortionErrorKind;
  /** The portion's name. */
  readonly portion: string;
  /** Name of what was thrown in the portion, such as `TypeError`; empty where nothing was. */
  readonly remoteName: string;
  readonly remoteStack: string;
  /** The end of what it printed. */
  readonly logTail: string;
  /** What a schema found wrong with arguments or a result. */
  readonly issues: readonly SchemaIssue[];

  constructor({ kind, portion, message, remoteName, remoteStack, logTail, issues, cause }: PortionFailure) {
    super(shortText(visibleText(message), messageUnitsMax), cause === undefined ? {} : { cause });
    this.kind = kind;
    this.portion = portion;
    this.remoteName = shortText(visibleText(remoteName ?? ''), nameUnitsMax);
    this.remoteStack = shortText(visibleText(remoteStack ?? ''), stackUnitsMax);
    this.logTail = visibleText(logTail ?? '');
    this.issues = issues ?? [];
  }
}

/** What a handler of a portion's calls throws to tell the portion why: of any other error it is told only that the call failed. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError';
}
