import { isWithin } from '../egress/policy/within.ts';
import { parsePolicy } from '../egress/policy/parse.ts';
import type { SecurityPolicy, ServiceRules } from '../model/policies/security-policy.ts';
import { commonNames } from './names.ts';

/**
 * What both policies allow. Never more than either: bounds become the smaller one, names those that both have, and of what has to be allowed by
 * everything that is said, all of it. Idempotent, commutative and associative, so it does not matter who tightened first. Pure.
 */
export function tighten(policy: SecurityPolicy, by: SecurityPolicy): SecurityPolicy {
  const egress = joined(policy.egress, by.egress, plainEgress);
  const memoryMb = smaller(policy.memoryMb, by.memoryMb);
  const timeoutMs = smaller(policy.timeoutMs, by.timeoutMs);
  const env = common(policy.env, by.env);
  const secrets = common(policy.secrets, by.secrets);
  const services = joined(policy.services, by.services, plainServices);
  const apart = policy.apart ?? by.apart;
  return {
    ...(egress !== undefined && { egress }),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(env !== undefined && { env }),
    ...(secrets !== undefined && { secrets }),
    ...(services !== undefined && { services }),
    ...(apart !== undefined && { apart }),
  };
}

/** Egress policies that all hold, in order, without those that another of them says already. */
export function plainEgress(texts: readonly string[]): readonly string[] {
  const policies = [...new Set(texts)].toSorted().map(parsePolicy);
  const kept = policies.filter(
    (one, at) =>
      !policies.some(
        // Of two that say the same, the first stays.
        (other, otherAt) => otherAt !== at && isWithin(other, one) && (otherAt < at || !isWithin(one, other)),
      ),
  );
  return kept.map(({ text }) => text);
}

/** Rules that all hold, each once, in order. */
export function plainServices(all: readonly ServiceRules[]): readonly ServiceRules[] {
  const byText = new Map(all.map((rules) => [JSON.stringify(rules), rules]));
  return [...byText.keys()].toSorted().flatMap((text) => [byText.get(text) ?? []]);
}

/** Names a policy: two have the same name where they say the same. */
export function policyKey(policy: SecurityPolicy): string {
  return JSON.stringify(tighten(policy, {}));
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function common(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return commonNames(a, b);
}

function joined<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  plain: (all: readonly T[]) => readonly T[],
): readonly T[] | undefined {
  return a === undefined && b === undefined ? undefined : plain([...(a ?? []), ...(b ?? [])]);
}
