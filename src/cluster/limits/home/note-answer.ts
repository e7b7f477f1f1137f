import type { HostId } from '../../contract.ts';
import type { AccountClaim, LookAnswer } from '../contract.ts';
import type { Circumstances } from './circumstances.ts';
import type { Entry } from './entry.ts';

/** What a host was asked of one account, and what it had said before that. */
export interface Asked {
  readonly entry: Entry;
  readonly host: HostId;
  /** The newest claim of the host's before it was asked, and when it was, ms. */
  readonly seqBefore: number | undefined;
  readonly askedAt: number;
}

/** Notes what a host has answered of one account; `claim`: undefined where it holds nothing of it. Gives whether something came free. */
export function noteAnswer(
  { entry, host, seqBefore, askedAt }: Asked,
  answer: LookAnswer,
  claim: AccountClaim | undefined,
  circumstances: Circumstances,
): boolean {
  const { account, ledger } = entry;
  const { now } = circumstances;
  if (answer.passed.includes(account)) entry.passed = true;
  if (answer.vouched.includes(account)) {
    // Answers lie about where this process stands still: what is vouched for was so when it was asked.
    entry.vouch(host, askedAt);
    entry.homeBefore.vouched(host, answer, account, now);
  }
  if (answer.before[account] !== undefined) entry.remembered = true;
  entry.heard(host, claim, now);
  if (claim !== undefined) return ledger.say(host, answer.incarnation, claim, circumstances) === true;
  // Unless it has claimed since it was asked.
  return ledger.seqOf(host) === seqBefore && ledger.drop(host);
}
