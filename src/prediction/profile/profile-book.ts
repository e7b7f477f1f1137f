import { isThreadCode } from '../../model/functions/thread-code.ts';
import type { ProfileRecord } from '../../model/call-profiles.ts';
import { predictionLimits as limits } from '../limits.ts';
import { FunctionProfile } from './function-profile.ts';

type Named = Pick<ProfileRecord, 'account' | 'name'>;

/** The profiles of all functions, so many of each account: one account's never push out another's until there are far too many. */
export class ProfileBook {
  readonly #accounts = new Map<string, Map<string, FunctionProfile>>();
  /** Profiles that are gone, and have to be where they are kept. */
  readonly #gone = new Map<string, Named>();
  #size = 0;

  find(account: string, name: string): FunctionProfile | undefined {
    return this.#accounts.get(account)?.get(name);
  }

  of(account: string, name: string, wallMs: number): FunctionProfile {
    const known = this.find(account, name);
    if (known !== undefined) return known;
    const profile = new FunctionProfile(account, name, wallMs);
    this.#add(profile);
    return profile;
  }

  /** Those of one account. */
  all(account: string): readonly FunctionProfile[] {
    return [...(this.#accounts.get(account)?.values() ?? [])];
  }

  /** Its function is gone. */
  remove(account: string, name: string): void {
    const profiles = this.#accounts.get(account);
    const profile = profiles?.get(name);
    if (profiles === undefined || profile === undefined) return;
    profile.gone = true;
    profiles.delete(name);
    this.#size -= 1;
    this.#gone.set(`${account}\0${name}`, { account, name });
    if (profiles.size === 0) this.#accounts.delete(account);
  }

  restore(records: Iterable<ProfileRecord>): void {
    for (const record of records) this.#add(FunctionProfile.of(record));
  }

  /** What has changed since this was last asked, and what is gone; at most so much of the former. */
  takeChanges(max: number): { readonly changed: ProfileRecord[]; readonly gone: Named[] } {
    const gone = [...this.#gone.values()];
    this.#gone.clear();
    const changed: ProfileRecord[] = [];
    for (const profiles of this.#accounts.values())
      for (const profile of profiles.values()) {
        if (changed.length >= max) return { changed, gone };
        if (!profile.dirty) continue;
        profile.dirty = false;
        changed.push(profile.record);
      }
    return { changed, gone };
  }

  /** What was asked for last could not be kept. */
  unkept(changed: readonly Named[], gone: readonly Named[]): void {
    for (const { account, name } of changed) {
      const profile = this.find(account, name);
      if (profile !== undefined) profile.dirty = true;
    }
    for (const { account, name } of gone)
      if (this.find(account, name) === undefined) this.#gone.set(`${account}\0${name}`, { account, name });
  }

  /** What the account knows of a function that was called is no longer so. */
  forgetTarget(account: string, name: string): void {
    for (const { edges } of this.all(account))
      for (const edge of edges) if (edge.name === name && !isThreadCode(name)) edge.last = undefined;
  }

  /** As threads of the account were last seen, they are not to be made any more. */
  forgetThreads(account: string): void {
    for (const { edges } of this.all(account))
      for (const edge of edges) if (isThreadCode(edge.name)) edge.last = undefined;
  }

  #add(profile: FunctionProfile): void {
    const { account, name } = profile;
    let profiles = this.#accounts.get(account);
    if (profiles === undefined) this.#accounts.set(account, (profiles = new Map()));
    if (!profiles.has(name)) this.#size += 1;
    profiles.set(name, profile);
    this.#gone.delete(`${account}\0${name}`);
    if (profiles.size > limits.functionsOfAccountMax) this.#dropOldest(profiles);
    else if (this.#size > limits.functionsMax) this.#dropOldest(this.#largest() ?? profiles);
  }

  #dropOldest(profiles: Map<string, FunctionProfile>): void {
    let oldest: FunctionProfile | undefined;
    for (const profile of profiles.values())
      if (profile.running === 0 && (oldest === undefined || isLess(profile, oldest))) oldest = profile;
    if (oldest !== undefined) this.remove(oldest.account, oldest.name);
  }

  /** Where there are too many of all, whoever has most gives way. */
  #largest(): Map<string, FunctionProfile> | undefined {
    let largest: Map<string, FunctionProfile> | undefined;
    for (const profiles of this.#accounts.values())
      if (largest === undefined || profiles.size > largest.size) largest = profiles;
    return largest;
  }
}

/** What calls nobody is missed less than what does, whenever it ran. */
function isLess(one: FunctionProfile, other: FunctionProfile): boolean {
  const says = one.edges.length > 0;
  return says === other.edges.length > 0 ? one.updatedAt < other.updatedAt : !says;
}
