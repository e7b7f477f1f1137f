import { ApiError } from '../../api/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { Lru } from '../../model/lru.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import { bind } from '../../policies/bind.ts';
import { PolicyInputError } from '../../policies/input-error.ts';
import { policyLimits } from '../../policies/limits.ts';
import { nothing, parseSecurityPolicy } from '../../policies/parse.ts';
import { policyKey, tighten } from '../../policies/tighten.ts';
import type { DocumentStore } from '../../store/documents-contract.ts';
import type { SettingsDocument } from '../../store/settings-contract.ts';
import { policyKind, roleKind, roleNamed, roleNameOf } from './documents.ts';

/** Takes from what an invocation may: names of policies, or one as JSON. */
export const policyHeader = 'x-heddle-policy';

/** Versions that requests had made, by what they were bound with. */
const boundMax = 1_000;

/**
 * Which policies hold for whom: those that a function names, those of its role, and what a request adds. What is looked up for every invocation
 * is one field and one map where an account has neither; and one map more where a function is bound.
 *
 * In this room, beside it: `documents.ts` says what is kept of policies and roles, `under-policies.ts` has every invocation run as it is bound,
 * `authorise.ts` asks what a session's policy says of each operation, `role-sessions.ts` knows who has taken a role, and `assume-role.ts` who may;
 * `operations.ts` is the interface.
 */
export class PolicyBook {
  readonly #documents: DocumentStore;
  #generation = 0;
  /** Policies by their document: it is the same object until it changes. */
  readonly #read = new WeakMap<SettingsDocument, SecurityPolicy>();
  readonly #bound = new WeakMap<FunctionVersion, { readonly generation: number; readonly version: FunctionVersion }>();
  readonly #requested = new Lru<FunctionVersion>(boundMax);
  /** What requests said, and what it came to; and what names that: the same texts come again and again. */
  readonly #said = new Lru<SecurityPolicy>(boundMax);
  readonly #keys = new WeakMap<SecurityPolicy, string>();
  /** Whether accounts have roles at all. */
  readonly #withRoles = new Map<string, boolean>();

  constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Another one after each change of a policy or a role. */
  get generation(): number {
    return this.#generation;
  }

  /** Policies or roles are others now. */
  changed(): void {
    this.#generation += 1;
    this.#withRoles.clear();
  }

  /** A function as it may run now; itself, where nothing is said about it. `request`: what its caller takes from it. */
  bound(fn: FunctionVersion, request?: SecurityPolicy): FunctionVersion {
    // Made by this already.
    if (fn.policy !== undefined) return fn;
    if (request !== undefined) return this.#boundByRequest(fn, request);
    if (fn.policies === undefined && !this.#hasRoles(fn.account)) return fn;
    const known = this.#bound.get(fn);
    if (known?.generation === this.#generation) return known.version;
    const own = this.ofFunction(fn);
    const version = own === undefined ? fn : bind(fn, own, {}, this.roleOf(fn) !== undefined);
    this.#bound.set(fn, { generation: this.#generation, version });
    return version;
  }

  /** What bounds a function, whoever calls it; undefined where nothing does. */
  ofFunction(fn: Pick<FunctionVersion, 'account' | 'policies' | 'role'>): SecurityPolicy | undefined {
    const role = this.roleOf(fn);
    if (fn.policies === undefined && role === undefined) return undefined;
    const ofRole = role === undefined ? {} : this.together(fn.account, role.policies);
    return tighten(ofRole, this.together(fn.account, fn.policies ?? []));
  }

  /** The role of ours that a function has. */
  roleOf({ account, role }: Pick<FunctionVersion, 'account' | 'role'>): ReturnType<typeof roleNamed> {
    const name = roleNameOf(role, account);
    return name === undefined ? undefined : roleNamed(this.#documents, account, name);
  }

  /** What policies say together; where one of them is not there any more, nothing is allowed. */
  together(account: string, names: readonly string[]): SecurityPolicy {
    return names.map((name) => this.named(account, name) ?? nothing).reduce((all, one) => tighten(all, one), {});
  }

  named(account: string, name: string): SecurityPolicy | undefined {
    const document = this.#documents.get(account, policyKind, name);
    if (document === undefined) return undefined;
    const known = this.#read.get(document);
    if (known !== undefined) return known;
    const policy = this.#parsed(document);
    this.#read.set(document, policy);
    return policy;
  }

  /**
   * What a request says: names of policies, or one as JSON. Throws InvalidParameterValueException for what is none. `onlyNamed`: who asks is
   * a stranger, who may not make ever new ones.
   */
  requested(
    account: string,
    text: string,
    { onlyNamed = false }: { readonly onlyNamed?: boolean } = {},
  ): SecurityPolicy {
    const { requestUnitsMax } = policyLimits;
    if (text.length > requestUnitsMax)
      throw invalid(`A request's policy has ${text.length} characters; at most ${requestUnitsMax} are allowed.`);
    const key = `${this.#generation}/${account}/${onlyNamed}/${text}`;
    const known = this.#said.get(key);
    if (known !== undefined) return known;
    const policy = this.#readRequest(account, text, onlyNamed);
    this.#said.set(key, policy, 1);
    return policy;
  }

  #readRequest(account: string, text: string, onlyNamed: boolean): SecurityPolicy {
    // Each combination would have containers of its own: strangers choose one.
    const attachedMax = onlyNamed ? 1 : policyLimits.attachedMax;
    if (text.trimStart().startsWith('{')) {
      if (onlyNamed) throw invalid('A request that nobody signed may name policies, and not bring one.');
      return fromJson(text);
    }
    const names = policyNames(text);
    if (names.length === 0 || names.length > attachedMax)
      throw invalid(`A request's policy names ${names.length} policies; it must name 1 to ${attachedMax}, or be JSON.`);
    const missing = names.find((name) => this.named(account, name) === undefined);
    if (missing !== undefined) throw invalid(`There is no policy "${missing.slice(0, 64)}" in this account.`);
    return this.together(account, names);
  }

  #parsed(document: SettingsDocument): SecurityPolicy {
    try {
      return parseSecurityPolicy(document['policy']);
    } catch (error) {
      // What an older or newer service kept and this one cannot read allows nothing.
      if (!(error instanceof PolicyInputError)) throw error;
      return nothing;
    }
  }

  #keyOf(policy: SecurityPolicy): string {
    const known = this.#keys.get(policy) ?? policyKey(policy);
    this.#keys.set(policy, known);
    return known;
  }

  #hasRoles(account: string): boolean {
    const known = this.#withRoles.get(account);
    if (known !== undefined) return known;
    const found = this.#documents.count(account, roleKind) > 0;
    this.#withRoles.set(account, found);
    return found;
  }

  #boundByRequest(fn: FunctionVersion, request: SecurityPolicy): FunctionVersion {
    const key = `${this.#generation}/${fn.account}/${fn.name}/${fn.version}/${fn.revisionId}/${this.#keyOf(request)}`;
    const known = this.#requested.get(key);
    if (known !== undefined) return known;
    const version = bind(fn, this.ofFunction(fn) ?? {}, request, this.roleOf(fn) !== undefined);
    checkTogether(version.policy);
    this.#requested.set(key, version, 1);
    return version;
  }
}

/** Throws where more hold together than anybody could read. */
export function checkTogether(policy: SecurityPolicy | undefined): void {
  const most = Math.max(policy?.egress?.length ?? 0, policy?.services?.length ?? 0);
  if (most > policyLimits.togetherMax)
    throw invalid(`${most} policies hold together here; at most ${policyLimits.togetherMax} are taken.`);
}

/** Names in a tag, a header or an option: with blanks or commas between. */
export function policyNames(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))];
}

function fromJson(text: string): SecurityPolicy {
  try {
    return parseSecurityPolicy(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof PolicyInputError || cause instanceof SyntaxError)) throw cause;
    throw invalid(cause instanceof SyntaxError ? `A request's policy is no JSON: ${cause.message}` : cause.message);
  }
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}
