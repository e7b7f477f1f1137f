import type { Alias } from '../model/functions/alias.ts';
import type { FunctionRecord } from '../model/functions/function-record.ts';
import type { PublishedVersion } from '../model/functions/published-version.ts';

/** Published versions of functions. They go with their function. */
export interface VersionStore {
  /**
   * Adds what `make` makes of the function as it is, with nothing in between: of its newest version, and of the number that the next has,
   * one more than a function of this name ever had. Where `make` gives that newest version back, nothing is added. What it throws comes
   * out. Gives undefined where there is no such function.
   */
  publish(
    account: string,
    name: string,
    make: (current: FunctionRecord, newest: PublishedVersion | undefined, number: number) => PublishedVersion,
  ): Promise<PublishedVersion | undefined>;
  get(account: string, name: string, number: number): Promise<PublishedVersion | undefined>;
  /** Oldest first, those after `after`, at most `limit`. */
  list(account: string, name: string, after: number, limit: number): Promise<readonly PublishedVersion[]>;
  /** Of every function of every account, for the service's own housekeeping. */
  all(): Promise<readonly PublishedVersion[]>;
  /**
   * Replaces a version by one that differs in nothing but `state`, `shownRevisionId` and `guarded`: none of it is what runs. `change` is
   * pure. Gives undefined where there is no such version.
   */
  amend(
    account: string,
    name: string,
    number: number,
    change: (current: PublishedVersion) => PublishedVersion,
  ): Promise<PublishedVersion | undefined>;
  /** With its settings. Gives what was deleted. Throws VersionInUseError where an alias leads to it. */
  delete(account: string, name: string, number: number): Promise<PublishedVersion | undefined>;
}

/** Aliases of functions. They go with their function. */
export interface AliasStore {
  /** Throws AliasExistsError, and VersionMissingError where one of its versions, or the function, is not there. */
  create(alias: Alias): Promise<void>;
  get(account: string, name: string, alias: string): Promise<Alias | undefined>;
  /** In order of names, those after `after`, at most `limit`; with `version`, those that lead there. */
  list(account: string, name: string, after: string, limit: number, version?: string): Promise<readonly Alias[]>;
  /**
   * Replaces an alias by `change(current)`, which must be pure, with nothing in between. What it throws comes out. Throws
   * RevisionMismatchError and VersionMissingError; gives undefined where there is no such alias.
   */
  update(
    account: string,
    name: string,
    alias: string,
    change: (current: Alias) => Alias,
    ifRevisionId?: string,
  ): Promise<Alias | undefined>;
  /** With its settings. Gives what was deleted. */
  delete(account: string, name: string, alias: string): Promise<Alias | undefined>;
}

/** There is no such version of the function. */
export class VersionMissingError extends Error {
  override readonly name = 'VersionMissingError';
  readonly version: string;

  constructor(version: string) {
    super(`There is no version ${version}.`);
    this.version = version;
  }
}

/** Aliases lead to this version. */
export class VersionInUseError extends Error {
  override readonly name = 'VersionInUseError';
  readonly aliases: readonly string[];

  constructor(aliases: readonly string[]) {
    super(`Aliases lead to it: ${aliases.join(', ')}.`);
    this.aliases = aliases;
  }
}

/** An alias of this name is already there. */
export class AliasExistsError extends Error {
  override readonly name = 'AliasExistsError';
}
