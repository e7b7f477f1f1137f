import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import { functionRef, type FunctionRef, type Scope } from '../../../api/function-ref.ts';
import { policyFrom, type PolicyDocument, type PolicyStatement } from '../../../api/policy/document.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import { turns } from '../../../model/turns.ts';
import type { SettingsDocument, SettingsStore } from '../../../store/settings-contract.ts';
import type { Functions } from '../find-function.ts';
import { policyTarget, type PolicyTarget } from './policy-target.ts';

const kind = 'policy';
/** What AWS allows a policy, bytes. */
const policyBytesMax = 20_480;

/** What a policy is kept as, decoded: the store gives the same object until another is put. */
const decoded = new WeakMap<SettingsDocument, PolicyDocument>();

/**
 * The resource-based policy of a function, a version or an alias, each for itself. Cheap enough for each request. That of a function holds for
 * its `$LATEST`, which has none of its own: ask about `withoutLatest(ref)`.
 */
export function policyOf(settings: SettingsStore, ref: FunctionRef): PolicyDocument | undefined {
  const document = settings.get(ref.account, ref.name, ref.qualifier ?? '', kind);
  if (document === undefined) return undefined;
  let policy = decoded.get(document);
  if (policy === undefined) decoded.set(document, (policy = policyFrom(document)));
  return policy;
}

/** A reference to the function itself, where it names `$LATEST`. */
export function withoutLatest({ account, name, arn, qualifier }: FunctionRef): FunctionRef {
  return qualifier === undefined || qualifier === latestVersion
    ? { account, name, arn }
    : { account, name, arn, qualifier };
}

/** A policy, and the revision of what it is of. */
export interface KeptPolicy {
  readonly policy: PolicyDocument;
  readonly revisionId: string;
}

/** What a change of a policy is called for a refusal, which differs between operations as it does with AWS. */
export interface Precondition {
  readonly ifRevisionId: string | undefined;
  /** The operation that tells the newest revision. */
  readonly toldBy: 'GetPolicy' | 'GetFunction/GetAlias' | 'GetResourcePolicy';
}

/**
 * Resource-based policies.
 *
 * This room is policies: an operation a file, which `operations.ts` lists, on what this class keeps. What one says, `api/policy/` reads;
 * what follows from it for a request, `may-invoke.ts` decides, for function URLs and for callers of other accounts.
 */
export class Policies {
  readonly #store: Functions & { readonly settings: SettingsStore };
  /** One change after the other: each is two writes, the policy's and that of its function's new revision. */
  readonly #oneAtATime = turns();

  constructor(store: Functions & { readonly settings: SettingsStore }) {
    this.#store = store;
  }

  /** Throws ResourceNotFoundException as `policyTarget` does; undefined where there is no policy. */
  async get(ref: FunctionRef): Promise<KeptPolicy | undefined> {
    const target = await policyTarget(this.#store, ref);
    const policy = policyOf(this.#store.settings, ref);
    return policy && { policy, revisionId: target.revisionId };
  }

  /**
   * Replaces a policy by what `change` makes of it, undefined for none. What it throws comes out. Throws as `policyTarget`
   * does, PreconditionFailedException and PolicyLengthExceededException.
   */
  change(
    ref: FunctionRef,
    { ifRevisionId, toldBy }: Precondition,
    change: (current: PolicyDocument | undefined) => PolicyDocument | undefined,
  ): Promise<string> {
    return this.#oneAtATime(async () => {
      const target = await policyTarget(this.#store, ref);
      const changed = change(policyOf(this.#store.settings, ref));
      if (ifRevisionId !== undefined && ifRevisionId !== target.revisionId)
        throw new ApiError(
          'PreconditionFailedException',
          `The Revision Id provided does not match the latest Revision Id. Call the ${toldBy} API to retrieve the latest Revision Id`,
        );
      return await this.#write(target, ref, changed);
    });
  }

  async #write(
    target: PolicyTarget,
    { account, name, qualifier = '' }: FunctionRef,
    policy: PolicyDocument | undefined,
  ): Promise<string> {
    const { settings } = this.#store;
    const bytes = policy === undefined ? 0 : Buffer.byteLength(JSON.stringify(policy));
    if (bytes > policyBytesMax)
      throw new ApiError(
        'PolicyLengthExceededException',
        `The final policy size (${bytes}) is bigger than the limit (${policyBytesMax}).`,
      );
    if (policy === undefined) await settings.delete(account, name, qualifier, kind);
    else await settings.put(account, name, qualifier, kind, { ...policy });
    const revisionId = randomUUID();
    await target.touch(revisionId, policy?.Statement.some(({ Effect }) => Effect === 'Deny') === true);
    return revisionId;
  }
}

/** A policy of these statements, under the names that AWS gives it. */
export function policyWith(
  current: PolicyDocument | undefined,
  statements: readonly PolicyStatement[],
): PolicyDocument {
  return { Version: '2012-10-17', Id: 'default', ...current, Statement: statements };
}

/** What an ARN in a path names. Throws InvalidParameterValueException for what is no whole ARN. */
export function resourceRef(arn: string, scope: Scope): FunctionRef {
  if (!arn.startsWith('arn:'))
    throw new ApiError('InvalidParameterValueException', `The resource '${arn}' must be a complete ARN of a function.`);
  return functionRef(arn, scope);
}
