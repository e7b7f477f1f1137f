import type { RuntimeName } from './configuration.ts';

/**
 * Everything about a function that decides how its code runs. Immutable: an update makes a new one with a new
 * `revisionId`, and containers made for the old one are retired.
 */
export interface FunctionVersion {
  /** The account that owns it; an instance serves one account only. */
  readonly account: string;
  readonly name: string;
  /** `$LATEST`, or a number. */
  readonly version: string;
  readonly arn: string;
  /** Changes with every update of code or configuration; containers are keyed by it. */
  readonly revisionId: string;
  readonly runtime: RuntimeName;
  /** `file.export`. */
  readonly handler: string;
  /** SHA-256 of the zip file, base64. */
  readonly codeSha256: string;
  readonly codeBytes: number;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly description: string;
  readonly role: string;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}
