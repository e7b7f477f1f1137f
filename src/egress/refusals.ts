import type { Note } from '../model/network.ts';
import type { EgressCount } from './counts.ts';
import type { Ruling, Said } from './policy-book.ts';
import { decide, type Surroundings, type Target } from './policy/decide.ts';
import type { Moved } from './policy/parse.ts';
import { placeText } from './targets.ts';

/** Different refusals that are told in one invocation; the others are only counted. */
const toldMax = 50;

/** What was refused, and by whom. */
export interface Refused {
  readonly why: string;
  readonly said: Said;
  /** A rule has the name, and only one with the address can go so far. */
  readonly byAddress: boolean;
}

/** Who refuses a target, and why; undefined if nobody does. */
export function refusing({ said }: Ruling, target: Target, own: Surroundings): Refused | undefined {
  for (const one of said) {
    const decision = decide(one.policy, target, own);
    if (!decision.allowed) return { why: decision.why, said: one, byAddress: decision.byAddress };
  }
  return undefined;
}

/** How the other side of an allowed connection is told that the instance stands still or moves: as the first says who says it. */
export function movedBy({ said }: Ruling, target: Target, own: Surroundings): Moved {
  for (const { policy } of said) {
    const decision = decide(policy, target, own);
    if (decision.allowed && decision.moved !== undefined) return decision.moved;
  }
  return 'reset';
}

/** Says in a function's log what was refused and how to allow it: each once in an invocation, and counts all. */
export class Refusals {
  readonly #count: EgressCount;
  readonly #told = new Set<string>();
  #toldTo: Note | undefined;

  constructor(count: EgressCount) {
    this.#count = count;
  }

  /** A connection, or without a port, every connection to a name. */
  target(
    { name, address, port }: { name?: string; address: string; port: number | undefined },
    { why, said, byAddress }: Refused,
    note: Note,
  ): void {
    // Where a name leads in the networks around this machine is nothing for others to find out.
    const leads = said.hidden === true || name === undefined ? '' : ` (${address})`;
    const to = placeText(name, address, port);
    const what = `${to}${leads}`;
    const rule = byAddress ? placeText(undefined, address, port) : to;
    this.#count.targets.refused(to, `${why}, which ${whose(said)} does not allow`, policyWith(said, rule));
    this.#tell(`Egress refused: ${what} is ${why}, which ${whose(said)} does not allow.${remedy(said, rule)}`, note);
  }

  /** A name that may not even be asked for: by a policy, or for another reason, in words. */
  name(name: string, by: Said | string, note: Note): void {
    if (typeof by === 'string') this.#count.targets.refused(name, by);
    else this.#count.targets.refused(name, `the name is not allowed by ${whose(by)}`, policyWith(by, name));
    if (typeof by === 'string') this.#tell(`Egress refused: the name ${name} is not allowed: ${by}.`, note);
    else this.#tell(`Egress refused: the name ${name} is not allowed by ${whose(by)}.${remedy(by, name)}`, note);
  }

  /** Whatever the policy is. */
  datagram({ address, port }: { readonly address: string; readonly port: number }, note: Note): void {
    this.#count.targets.refused(`UDP ${address}:${port}`, 'datagrams go nowhere; connections by TCP do, and DNS');
    this.#tell(`Egress refused: UDP to ${address}:${port} goes nowhere; connections by TCP do, and DNS.`, note);
  }

  tooMany(limit: string, note: Note): void {
    this.#tell(`Egress refused: at most ${limit} may be open at a time.`, note);
  }

  /** What was not refused by anybody, and is not there. */
  limited(reason: string, note: Note): void {
    note(
      `Egress limited: names are reached on their usual ports and on those that the policy names, addresses given as numbers are not. ${reason}. See: heddle doctor`,
    );
  }

  /** Of a request that a secret was to be put into. */
  secret(line: string, note: Note): void {
    this.#tell(line, note);
  }

  failed(error: string, note: Note): void {
    this.#tell(`Egress failed: ${error}`, note);
  }

  #tell(line: string, note: Note): void {
    this.#count.refusals += 1;
    if (note !== this.#toldTo) this.#told.clear();
    this.#toldTo = note;
    if (this.#told.has(line) || this.#told.size > toldMax) return;
    this.#told.add(line);
    note(this.#told.size > toldMax ? 'Egress refused: more; further refusals are only counted.' : line);
  }
}

function whose({ policy, by, hidden }: Said): string {
  return hidden === true ? by : `the policy "${policy.text}" (${by})`;
}

/** Nothing where it is not for the function's owner to say. */
function remedy(said: Said, rule: string): string {
  const policy = policyWith(said, rule);
  if (policy === undefined) return '';
  return ` To allow it: heddle deploy --egress "${policy}", or the tag heddle:egress, or the option \`egress\` of a thread.`;
}

/** The policy with a rule more; undefined where it is not for the function's owner to say. */
function policyWith({ policy, hidden }: Said, rule: string): string | undefined {
  if (hidden === true) return undefined;
  return policy.text === 'none' ? rule : `${policy.text} ${rule}`;
}
