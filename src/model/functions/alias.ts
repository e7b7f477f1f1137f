/** A name for a published version of a function, or for two of them between which its invocations are divided. */
export interface Alias {
  readonly account: string;
  /** The function's. */
  readonly name: string;
  readonly alias: string;
  /** `$LATEST`, or a number. */
  readonly version: string;
  /** The other version, and which part of the invocations it gets. Only where `version` is a number. */
  readonly routing?: AliasRouting;
  readonly description: string;
  /** Changes with every update. */
  readonly revisionId: string;
  /** Its policy denies something, as `FunctionRecord.guarded` says. */
  readonly guarded?: true;
}

/** What an alias sends elsewhere than to its own version. */
export interface AliasRouting {
  /** A number. */
  readonly version: string;
  /** 0 … 1. */
  readonly weight: number;
}

/** The version that one invocation of an alias runs; `random`: 0 ≤ random < 1, another for each. */
export function routedVersion({ version, routing }: Alias, random: number): string {
  return routing !== undefined && random < routing.weight ? routing.version : version;
}

/** Every version that an alias may lead to. */
export function versionsOf({ version, routing }: Alias): readonly string[] {
  return routing === undefined ? [version] : [version, routing.version];
}
