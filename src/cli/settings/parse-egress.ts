import { parsePolicy, PolicyError } from '../../egress/policy/parse.ts';
import { SettingError } from './parse.ts';

/** An egress policy; gives it as it was written, tidied. */
export function parseEgress(text: string): string {
  try {
    return parsePolicy(text).text;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    // What it is, whoever catches this says behind it.
    throw new SettingError(`is no egress policy: ${error.message.replace(/\.$/, '')}`);
  }
}

/** `ID=POLICY;ID=POLICY`. */
export function parseEgressByAccount(text: string): Readonly<Record<string, string>> {
  const items = text.split(';').map((item) => item.trim());
  const pairs = items.map((item) => {
    const [, account, policy] = /^(\d{12})=(.*)$/.exec(item) ?? [];
    if (account === undefined || policy === undefined)
      throw new SettingError('must be ID=POLICY, with an account of 12 digits, such as 000000000000=public');
    return [account, parseEgress(policy)] as const;
  });
  return Object.fromEntries(pairs);
}
