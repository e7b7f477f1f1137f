import { isIPv4 } from 'node:net';
import type { Policy, Rule } from './parse.ts';

/**
 * Whether everything that `policy` allows is allowed by `other`, as far as that can be seen rule by rule: where it says no, it may be so all the
 * same. Pure.
 */
export function isWithin(policy: Policy, other: Policy): boolean {
  // How fast is said to many at once, and counted for each policy.
  if (other.bytesPerSecond !== undefined) return policy.text === other.text;
  return policy.rules.every((rule) => other.rules.some((wider) => covers(wider, rule)));
}

function covers(wider: Rule, rule: Rule): boolean {
  if (wider.port !== undefined && wider.port !== rule.port) return false;
  if (wider.kind === 'all') return true;
  if (rule.kind === 'public') return wider.kind === 'public';
  // Not by `*.`: a name of its own may also lead to this machine, where that gives it.
  if (rule.kind === 'name') return wider.kind === 'name' && wider.name === rule.name;
  if (rule.kind === 'below')
    return wider.kind === 'below' && (wider.name === rule.name || rule.name.endsWith(`.${wider.name}`));
  return (
    rule.kind === 'address' &&
    wider.kind === 'address' &&
    isIPv4(wider.network.address) === isIPv4(rule.network.address) &&
    wider.network.bits <= rule.network.bits &&
    wider.matches(rule.network.address)
  );
}
