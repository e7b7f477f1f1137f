import type { EgressSaid, FunctionVersion } from '../model/functions/function.ts';
import type { SecretPlace } from '../model/secrets/secret-use.ts';
import { parsePolicy, PolicyError, type Policy, type Rule } from './policy/parse.ts';

/** By whom a function's own policy is said. */
export const ownPolicy = 'its own';

/** A policy, and who said so, for people. */
export interface Said {
  readonly policy: Policy;
  readonly by: string;
  /** The operator's, and not shown to the owners of other accounts' functions. */
  readonly hidden?: true;
}

/** What decides about a function's connections: everything of it must allow. */
export interface Ruling {
  readonly said: readonly Said[];
}

/** Where policies come from. */
export interface PolicySources {
  /** For functions that say nothing. */
  readonly byDefault: string;
  /** What an account's functions may have at most, whatever they say themselves, by account. */
  readonly byAccount: Readonly<Record<string, string>>;
  /** The account of whoever runs the service: its functions may say what they like. */
  readonly ownAccount: string;
}

/**
 * Which policy is whose. What a function says of itself (a thread's option, a deployed function's tag) narrows or widens the
 * service's default; for accounts other than the operator's own it can only narrow what the account, or else the service, allows. What
 * code starts can only narrow what that code may.
 */
export class PolicyBook {
  readonly #ownAccount: string;
  readonly #default: Policy;
  readonly #ceilings: ReadonlyMap<string, Policy>;
  /** Policies by their text: functions ask for the same ones again and again. */
  readonly #parsed = new Map<string, Policy>();

  /** Throws PolicyError where a setting is no policy. */
  constructor({ byDefault, byAccount, ownAccount }: PolicySources) {
    this.#ownAccount = ownAccount;
    this.#default = parsePolicy(byDefault);
    this.#ceilings = new Map(Object.entries(byAccount).map(([account, text]) => [account, parsePolicy(text)]));
  }

  rulingFor(fn: EgressSaid & Pick<FunctionVersion, 'account' | 'secrets'>): Ruling {
    const ceiling = this.#ceilingOf(fn.account);
    const unsaid = ceiling ?? { policy: this.#default, by: "the service's default" };
    const alone = fn.egress === undefined ? unsaid : { policy: this.#parse(fn.egress), by: ownPolicy };
    const own = withPlaces(alone, fn.secrets, ceiling !== undefined && fn.egress === undefined);
    const bounds = (fn.egressWithin ?? []).map((text) =>
      text === '' ? unsaid : { policy: this.#parse(text), by: 'of what started it' },
    );
    return { said: [...new Set([own, ...(ceiling === undefined ? [] : [ceiling]), ...bounds])] };
  }

  /** What an account's functions may have at most; undefined where they say what they like. */
  #ceilingOf(account: string): Said | undefined {
    const policy = this.#ceilings.get(account);
    if (account === this.#ownAccount) return policy && { policy, by: `of the account ${account}` };
    return { policy: policy ?? this.#default, by: 'the policy of its account', hidden: true };
  }

  #parse(text: string): Policy {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const policy = parsedOrNone(text);
    if (this.#parsed.size >= 1_000) this.#parsed.clear();
    this.#parsed.set(text, policy);
    return policy;
  }
}

/** Whoever may have a secret used at a place may connect there, as far as others allow. `bound`: what is said is not the function's to widen. */
function withPlaces(said: Said, places: readonly SecretPlace[] = [], bound: boolean): Said {
  if (places.length === 0 || bound) return said;
  const rules = places.map(({ host, port }): Rule => {
    const text = `${host}:${port}`;
    return host.startsWith('*.')
      ? { kind: 'below', text, port, name: host.slice(2) }
      : { kind: 'name', text, port, name: host };
  });
  const policy = { ...said.policy, text: said.policy.text, rules: [...said.policy.rules, ...rules] };
  return { ...said, policy };
}

/** What was let through before somebody looked at it allows nothing, and says why. */
function parsedOrNone(text: string): Policy {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { text: `unreadable: ${error.message}`, rules: [] };
  }
}
