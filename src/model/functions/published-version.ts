import type { FunctionRecord, FunctionState } from './function-record.ts';
import type { FunctionVersion } from './function.ts';

/**
 * A published version of a function: code and configuration as they were, for good. What the service knows of a function it knows of each
 * of these, too: `latest` is the version itself, under its number, its own ARN and revision; `tags` are the function's alone, and empty here.
 */
export interface PublishedVersion extends FunctionRecord {
  /** 1, 2, …, as in `latest.version`. */
  readonly number: number;
  /** The function's description when it was published: that of the version may be another. */
  readonly functionDescription: string;
}

/** What a version has that its function has not, or not so. */
export interface Publication {
  readonly number: number;
  readonly revisionId: string;
  /** What is known of whether it can run; else what is known of the function's. */
  readonly state?: FunctionState;
  /** Where it is said; else the function's. */
  readonly description?: string;
}

/** A version of what is `$LATEST` now. */
export function publishedVersion(current: FunctionRecord, publication: Publication): PublishedVersion {
  const { number, revisionId, state = current.state, description = current.latest.description } = publication;
  const { latest } = current;
  return {
    number,
    latest: { ...latest, version: String(number), arn: `${latest.arn}:${number}`, revisionId, description },
    functionDescription: latest.description,
    createdAt: latest.modifiedAt,
    state,
    update: { status: 'Successful' },
    tags: {},
  };
}

/** Whether a version was published of just what `$LATEST` is now: another would be the same. */
export function isUnchanged(version: PublishedVersion, { latest }: FunctionRecord): boolean {
  return contentOf({ ...version.latest, description: version.functionDescription }) === contentOf(latest);
}

/** What is each version's own: its name and its time. */
const own: ReadonlySet<string> = new Set([
  'version',
  'arn',
  'revisionId',
  'modifiedAt',
] satisfies (keyof FunctionVersion)[]);

function contentOf(version: FunctionVersion): string {
  const content = { ...version, environment: Object.entries(version.environment).toSorted(byName) };
  return JSON.stringify(
    Object.entries(content)
      .filter(([name]) => !own.has(name))
      .toSorted(byName),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
