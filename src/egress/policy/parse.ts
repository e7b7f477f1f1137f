import { isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { plainAddress, subnet } from './addresses.ts';

/** How the other side of a connection is told that the instance stands still or has moved: by a reset, or by an end in order. */
export type Moved = 'reset' | 'end';

/** One thing that a policy allows. `text` is how it was written. */
export type Rule = { readonly text: string; readonly port: number | undefined; readonly moved?: Moved } & (
  | { readonly kind: 'public' }
  | { readonly kind: 'all' }
  | { readonly kind: 'name'; readonly name: string }
  /** Every name below `name`, and not itself. */
  | { readonly kind: 'below'; readonly name: string }
  | {
      readonly kind: 'address';
      readonly network: { readonly address: string; readonly bits: number };
      readonly matches: (address: string) => boolean;
    }
);

/** What code may connect to: nothing, if there is no rule. */
export interface Policy {
  readonly text: string;
  readonly rules: readonly Rule[];
  /** How fast, both ways together: of all to whom this policy is said. */
  readonly bytesPerSecond?: number;
  /** For rules that do not say it themselves. */
  readonly moved?: Moved;
}

/** A policy that cannot be meant. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** In powers of ten, as speeds of lines are. */
const units: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9 };
const rulesMax = 200;
const textUnitsMax = 4_096;

/**
 * Reads a policy: rules between blanks or commas, each `public`, `all`, `name[:port]`, `*.name[:port]` (or `.name`), or
 * `address[/bits][:port]`, with IPv6 addresses in brackets where a port follows; or `none` alone. Beside them, how fast: `10MB/s`; and
 * how the other side is told that an instance stands still or has moved: `moved=end`, or for one rule `db.lan:5432?moved=end`. Throws
 * PolicyError, which says what is wrong with which word.
 */
export function parsePolicy(text: string): Policy {
  if (text.length > textUnitsMax)
    throw new PolicyError(`An egress policy has ${text.length} characters; at most ${textUnitsMax} are allowed.`);
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0)
    throw new PolicyError('An egress policy is empty; write `none`, `public`, `all` or what may be reached.');
  if (words.length > rulesMax)
    throw new PolicyError(`An egress policy has ${words.length} rules; at most ${rulesMax} are allowed.`);
  if (words.some((word) => word.toLowerCase() === 'none')) {
    if (words.length > 1) throw new PolicyError(`\`none\` stands alone in an egress policy, not in "${text}".`);
    return { text: 'none', rules: [] };
  }
  const [speed, ...others] = words.filter((word) => word.endsWith('/s'));
  const [moved, ...otherMoved] = words.filter(saysMoved);
  const rules = words.filter((word) => !word.endsWith('/s') && !saysMoved(word)).map(parseRuleMoved);
  if (otherMoved.length > 0)
    throw new PolicyError(`An egress policy says twice how others are told: ${moved} and ${otherMoved[0]}.`);
  if (others.length > 0) throw new PolicyError(`An egress policy says twice how fast: ${speed} and ${others[0]}.`);
  if (rules.length === 0)
    throw new PolicyError(
      `The egress policy "${text}" says how${speed === undefined ? ' others are told' : ' fast'}, and not what may be reached.`,
    );
  return {
    text: words.join(' '),
    rules,
    ...(speed !== undefined && { bytesPerSecond: parseSpeed(speed) }),
    ...(moved !== undefined && { moved: parseMoved(moved, moved) }),
  };
}

function parseSpeed(word: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([KMG])B\/s$/i.exec(word) ?? [];
  const bytes = Number(digits) * (units[unit.toUpperCase()] ?? 0);
  if (bytes > 0) return bytes;
  throw new PolicyError(`"${word}" in an egress policy is no speed; one is 500KB/s, 10MB/s or 1GB/s.`);
}

function saysMoved(word: string): boolean {
  return word.startsWith('moved=');
}

function parseMoved(setting: string, word: string): Moved {
  const [, how] = /^moved=(.*)$/.exec(setting) ?? [];
  if (how === 'reset' || how === 'end') return how;
  throw new PolicyError(`"${setting}" in the egress policy's "${word}" is neither moved=reset nor moved=end.`);
}

/** A rule, and behind a question mark how the other side is told. */
function parseRuleMoved(text: string): Rule {
  const mark = text.indexOf('?');
  if (mark < 0) return parseRule(text);
  return { ...parseRule(text.slice(0, mark)), text, moved: parseMoved(text.slice(mark + 1), text) };
}

function parseRule(text: string): Rule {
  const known = text.toLowerCase();
  if (known === 'public' || known === 'all') return { kind: known, text: known, port: undefined };
  const { host, port } = splitPort(text);
  const address = parseAddress(host, text);
  if (address !== undefined) return { kind: 'address', text, port, ...address };
  const wildcard = /^\*?\.(.+)$/.exec(host)?.[1];
  return wildcard === undefined
    ? { kind: 'name', text, port, name: parseName(host, text) }
    : { kind: 'below', text, port, name: parseName(wildcard, text) };
}

function splitPort(text: string): { host: string; port: number | undefined } {
  // Without brackets, colons of IPv6 would be ports.
  const bare = (text.match(/:/g)?.length ?? 0) > 1 && !text.startsWith('[');
  const [, host = text, digits] = bare ? [] : (/^(\[.*\](?:\/\d+)?|[^:]*):([^:]*)$/.exec(text) ?? []);
  if (digits === undefined) return { host, port: undefined };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65_535)
    throw new PolicyError(`"${digits}" in the egress rule "${text}" is no port; ports are 1 to 65535.`);
  return { host, port };
}

function parseAddress(
  host: string,
  rule: string,
): Pick<Rule & { readonly kind: 'address' }, 'matches' | 'network'> | undefined {
  const [, before = '', after] = /^\[?([^\]/]*)\]?(?:\/(\d+))?$/.exec(host) ?? [];
  const address = plainAddress(before);
  if (address === undefined) {
    if (host.includes('/')) throw new PolicyError(`"${host}" in the egress rule "${rule}" is no network.`);
    return undefined;
  }
  const most = isIPv4(address) ? 32 : 128;
  const bits = after === undefined ? most : Number(after);
  if (bits > most || (after !== undefined && isIPv4(address) && before.includes(':')))
    throw new PolicyError(`The egress rule "${rule}" has ${after} bits; ${address} has ${most}.`);
  return { matches: subnet(address, bits), network: { address, bits } };
}

function parseName(host: string, rule: string): string {
  const name = plainName(domainToASCII(host.replace(/\.$/, '')));
  if (name === undefined)
    throw new PolicyError(
      `"${host}" in the egress rule "${rule}" is neither a name, an address, nor one of none, public, all.`,
    );
  return name;
}

/** A host name as it is compared: lower case, no dot at its end. Undefined for what no host is called, numbers included. */
export function plainName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name.length === 0 || name.length > 253) return undefined;
  const labels = name.split('.');
  if (!labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return undefined;
  // What ends in a number is an address in a form that only some programs know.
  return /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? undefined : name;
}
