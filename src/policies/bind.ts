import { createHash } from 'node:crypto';
import type { FunctionVersion } from '../model/functions/function.ts';
import { limits } from '../model/limits.ts';
import type { SecurityPolicy } from '../model/policies/security-policy.ts';
import { hasName } from './names.ts';
import { codeRules } from './services.ts';
import { policyKey, tighten } from './tighten.ts';

/** Set by the service itself, whatever may be seen. */
const ownVariables: ReadonlySet<string> = new Set(['HEDDLE_THREAD_CODE']);

/**
 * A function as a policy lets it run: less memory, time and environment, bounds on what it connects to and calls. It has a revision of its own, so
 * that its containers are made for this policy and shared with no other. What a `request` adds can only be less. `hasRole`: its role is one of ours. Pure.
 */
export function bind(
  fn: FunctionVersion,
  own: SecurityPolicy,
  request: SecurityPolicy = {},
  hasRole = false,
): FunctionVersion {
  // Where nobody says what it may call, a request that does must not give it more.
  const policy = tighten({ ...own, services: own.services ?? [codeRules] }, request);
  const { egress = [], memoryMb = Infinity, timeoutMs = Infinity, env, apart } = policy;
  const within = new Set([...(fn.egressWithin ?? []), ...egress]);
  // What it says itself holds anyway.
  if (fn.egress !== undefined) within.delete(fn.egress);
  const environment = env === undefined ? fn.environment : visible(fn.environment, env);
  const secrets = shown(fn.secrets, policy.secrets);
  const { egressWithin: _, secrets: _said, ...version } = fn;
  return {
    ...version,
    revisionId: boundRevision(fn.revisionId, policy),
    memoryMb: Math.max(limits.functionMemoryMbMin, Math.min(fn.memoryMb, memoryMb)),
    timeoutMs: Math.min(fn.timeoutMs, timeoutMs),
    environment,
    policy,
    ...(secrets !== undefined && { secrets }),
    ...(within.size > 0 && { egressWithin: [...within].toSorted() }),
    ...(apart !== undefined && { apart }),
    ...(hasRole && { hasRole }),
  };
}

/** A revision's name, and behind it the policy's. */
export function boundRevision(revisionId: string, policy: SecurityPolicy): string {
  return `${revisionId}+${createHash('sha256').update(policyKey(policy)).digest('hex').slice(0, 32)}`;
}

/** Of the secrets that are put into its requests those that may be seen. */
function shown(secrets: FunctionVersion['secrets'], names: SecurityPolicy['secrets']): FunctionVersion['secrets'] {
  if (names === undefined) return secrets;
  const left = secrets?.filter(({ secret }) => hasName(names, secret)) ?? [];
  return left.length === 0 ? undefined : left;
}

function visible(environment: FunctionVersion['environment'], env: readonly string[]): FunctionVersion['environment'] {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => ownVariables.has(name) || hasName(env, name)),
  );
}
