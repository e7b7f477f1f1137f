import { accountLimitsMax } from '../../model/accounts/account-limits.ts';
import type { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';
import { formatCodeBytes, formatMb } from '../output/style.ts';

/** The flags by which limits are said. */
export interface LimitFlags {
  readonly concurrency?: string;
  readonly memory?: string;
  readonly code?: string;
  readonly rate?: string;
}

/** What takes a limit away. */
const none = 'none';
const units: Readonly<Record<string, number>> = {
  '': 1,
  K: 1_024,
  M: 1_048_576,
  G: 1_073_741_824,
  T: 1_099_511_627_776,
};

/** Limits as the service takes them, of the flags that were given: numbers, and null for what is no limit any more. Throws CliError (usage). */
export function limitsOf({ concurrency, memory, code, rate }: LimitFlags): Record<string, number | null> {
  return {
    ...(concurrency !== undefined && { concurrency: whole('concurrency', concurrency, accountLimitsMax.concurrency) }),
    ...(memory !== undefined && { memoryMb: sized('memory', memory, 'M', units['M'] ?? 1) }),
    ...(code !== undefined && { codeBytes: sized('code', code, '', 1) }),
    ...(rate !== undefined && rateOf(rate)),
  };
}

function rateOf(text: string): Record<string, number | null> {
  const [perSecond = '', atOnce] = text.split('/');
  const { requestsPerSecond, requestsAtOnce } = accountLimitsMax;
  return {
    requestsPerSecond: whole('rate', perSecond, requestsPerSecond),
    requestsAtOnce: atOnce === undefined ? null : whole('rate', atOnce, requestsAtOnce),
  };
}

function whole(flag: string, text: string, max: number): number | null {
  if (text === none) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  const form = flag === 'rate' ? ', or two of them such as 100/500 for so many at once' : '';
  throw wrong(flag, text, `a whole number from 1 to ${max.toLocaleString('en-US')}${form}`);
}

/** A size, in whole units of `unitBytes`; `usual` is the letter that is meant where none is said. */
function sized(flag: string, text: string, usual: string, unitBytes: number): number | null {
  if (text === none) return null;
  const [, digits, letter = ''] = /^(\d{1,12})([KMGT]?)i?B?$/i.exec(text) ?? [];
  const value = Number(digits) * (units[letter.toUpperCase() || usual] ?? 1);
  if (value >= unitBytes && Number.isSafeInteger(value)) return Math.floor(value / unitBytes);
  throw wrong(flag, text, 'a size such as 512M or 4G');
}

function wrong(flag: string, text: string, should: string): CliError {
  return new CliError(`--${flag} must be ${should}, or "${none}"; it is "${text}".`, exitCodes.usage);
}

/** Limits of an account for people, one a line, each with what is used of it. */
export function limitLines(account: Shape): readonly (readonly [name: string, limit: string, use: string])[] {
  const limits = account.object('limits');
  const use = account.object('use');
  const shown = (name: string, show: (value: number) => string): string =>
    limits.number(name) === 0 ? none : show(limits.number(name));
  const plain = (value: number): string => value.toLocaleString('en-US');
  const perSecond = shown('requestsPerSecond', plain);
  const atOnce = limits.number('requestsAtOnce') || limits.number('requestsPerSecond');
  return [
    ['concurrency', shown('concurrency', plain), plain(use.number('concurrency'))],
    ['memory', shown('memoryMb', formatMb), formatMb(use.number('memoryMb'))],
    ['code', shown('codeBytes', formatCodeBytes), formatCodeBytes(use.number('codeBytes'))],
    ['rate', perSecond === none ? none : `${perSecond}/s, ${plain(atOnce)} at once`, ''],
  ];
}
