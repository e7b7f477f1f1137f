import { kindOf, type AddressKind } from './addresses.ts';
import type { Moved, Policy, Rule } from './parse.ts';

/** What somebody wants to connect to: an address in its plainest form, and the name that led to it, if one did. */
export interface Target {
  readonly name?: string;
  readonly address: string;
  readonly port: number;
  /** Whoever runs this machine has given the name its addresses: nobody else can lead it elsewhere. */
  readonly given?: boolean;
}

/** What only the service knows of a target. */
export interface Surroundings {
  /** Whether it is an address of this machine, loopback apart. */
  isOwnAddress(address: string): boolean;
  /** The port that the service itself listens on. */
  readonly ownPort: number | undefined;
}

/**
 * `rule`: what allows it; `moved`: what the policy says of how it ends when the instance stands still or moves, if it does. `why`: what it is, that no rule allows; for people, after a colon. `byAddress`: a rule has its name, which does not
 * go so far.
 */
export type Decision =
  | { readonly allowed: true; readonly rule: string; readonly moved: Moved | undefined }
  | { readonly allowed: false; readonly why: string; readonly byAddress: boolean };

const descriptions: Readonly<Record<AddressKind, string>> = {
  loopback: 'an address of this machine itself',
  'link-local': 'a link-local address, as metadata services have',
  private: 'an address of a private network',
  special: 'an address that is not of the public internet',
  public: 'a public address',
};

/**
 * Whether a policy allows a connection. Pure. What is decided about is the address that will be connected to:
 * - `public` allows public addresses, and none of this machine's own: from here they are reached past whatever guards them from outside;
 * - a rule with a name, or `*.`, allows what that name leads to, private networks included. Not this machine nor link-local addresses: whoever
 *   owns the name could lead code there. Unless it is this machine that gives the name its address, and a rule has exactly that name;
 * - a rule with addresses allows those, by whatever name; `all` allows all.
 */
export function decide(policy: Policy, target: Target, surroundings: Surroundings): Decision {
  const kind = kindHere(target, surroundings);
  const rule = policy.rules.find((candidate) => allows(candidate, target, kind));
  if (rule !== undefined) return { allowed: true, rule: rule.text, moved: rule.moved ?? policy.moved };
  const itself = kind === 'loopback' && target.port === surroundings.ownPort;
  // Without a port it is about all of them.
  const asked = policy.rules.filter((candidate) => target.port === 0 || isAsked(candidate, target));
  const byAddress = asked.some((candidate) => names(candidate, target.name));
  return { allowed: false, why: itself ? 'the service itself' : descriptions[kind], byAddress };
}

/** What an address leads to from this machine. */
function kindHere({ address }: Target, surroundings: Surroundings): AddressKind {
  return surroundings.isOwnAddress(address) ? 'loopback' : kindOf(address);
}

function allows(rule: Rule, target: Target, kind: AddressKind): boolean {
  if (!isAsked(rule, target)) return false;
  if (rule.kind === 'all') return true;
  if (rule.kind === 'public') return kind === 'public';
  if (rule.kind === 'address') return rule.matches(target.address);
  if (!names(rule, target.name)) return false;
  return (kind !== 'loopback' && kind !== 'link-local') || (rule.kind === 'name' && target.given === true);
}

function isAsked({ port }: Rule, target: Target): boolean {
  return port === undefined || port === target.port;
}

function names(rule: Rule, name: string | undefined): boolean {
  return rule.kind === 'name' ? name === rule.name : rule.kind === 'below' && isBelow(name, rule.name);
}

/** Whether some rule could allow an address that is not public, given as it is and not by a name. */
export function mayLeavePublic(policy: Policy): boolean {
  return policy.rules.some(({ kind }) => kind === 'all' || kind === 'address');
}

/** Whether a name may be asked for at all: some address that it led to could be allowed. */
export function mayAsk(policy: Policy, name: string): boolean {
  return policy.rules.some((rule) => (rule.kind === 'name' || rule.kind === 'below' ? names(rule, name) : true));
}

/** Whether a name that leads to these addresses can be connected to on any port at all. */
export function mayReach(
  policy: Policy,
  { name, addresses, given }: Omit<Target, 'address' | 'port'> & { readonly addresses: readonly string[] },
  surroundings: Surroundings,
): boolean {
  const said = { ...(name !== undefined && { name }), ...(given !== undefined && { given }) };
  const targets = addresses.map((address) => ({ ...said, address, port: 0 }));
  const kinds = targets.map((target) => [target, kindHere(target, surroundings)] as const);
  return policy.rules.some((rule) =>
    kinds.some(([target, kind]) => allows({ ...rule, port: undefined }, target, kind)),
  );
}

function isBelow(name: string | undefined, parent: string): boolean {
  return name !== undefined && name.endsWith(`.${parent}`);
}
