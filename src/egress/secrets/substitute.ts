import { variableOf, type SecretUse } from '../../model/secrets/secret-use.ts';

/** A secret that code may want in a request. */
export interface Wanted {
  readonly use: SecretUse;
  readonly placeholder: string;
}

/** One that may be put into requests to a host now. */
export interface Filling extends Wanted {
  readonly value: string;
}

/** One that may not; for people. */
export interface Missing extends Wanted {
  readonly why: string;
}

/** A request's head: as it came, or as it goes on. Headers are names and values in turns. */
export interface RequestHead {
  readonly target: string;
  readonly headers: readonly string[];
}

/** A head with secrets in it. `put`: whose they are; `sent`: texts that the answer must not have, as they were sent. */
export interface FilledHead extends RequestHead {
  readonly put: readonly string[];
  readonly sent: readonly string[];
}

const basic = /^(Basic[ \t]+)([A-Za-z0-9+/]+={0,2})[ \t]*$/i;

/**
 * Puts secrets where their placeholders stand: in values of headers, within Basic credentials, too, and in the query where that was said; and sets
 * the headers that are to be set. Bodies are not looked into. Pure.
 */
export function filled({ target, headers }: RequestHead, fillings: readonly Filling[]): FilledHead {
  const put = new Set<string>();
  const sent = new Set<string>();
  const replaced = (text: string, which: readonly Filling[], encode: (value: string) => string = String): string => {
    let result = text;
    for (const { use, placeholder, value } of which) {
      if (!result.includes(placeholder)) continue;
      result = result.replaceAll(placeholder, () => encode(value));
      put.add(use.secret);
    }
    return result;
  };
  const inHeader = (name: string, text: string): string => {
    const which = fillings.filter(({ use }) => use.header === undefined || use.header === name);
    const [, scheme, credentials] = basic.exec(text) ?? [];
    if (scheme === undefined || credentials === undefined) return replaced(text, which);
    const plain = Buffer.from(credentials, 'base64').toString('latin1');
    const now = replaced(plain, which);
    if (now === plain) return text;
    const encoded = Buffer.from(now, 'latin1').toString('base64');
    sent.add(encoded);
    return scheme + encoded;
  };
  const all: string[] = [];
  const set = fillings.filter(({ use }) => use.value !== undefined);
  const setNames = new Set(set.map(({ use }) => use.header));
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const [name = '', text = ''] = [headers[at], headers[at + 1]];
    if (!setNames.has(name.toLowerCase())) all.push(name, inHeader(name.toLowerCase(), text));
  }
  for (const { use, value } of set) {
    const text = (use.value ?? '').replaceAll(`\${${use.secret}}`, () => value);
    all.push(use.header ?? '', text);
    put.add(use.secret);
  }
  const asked = target.indexOf('?');
  const inQuery = fillings.filter(({ use }) => use.query === true);
  const query = asked < 0 ? '' : replaced(target.slice(asked), inQuery, encodeURIComponent);
  return { target: asked < 0 ? target : target.slice(0, asked) + query, headers: all, put: [...put], sent: [...sent] };
}

/** Whether a head has a placeholder in it, as it stands or within Basic credentials. */
export function holds({ target, headers }: RequestHead, placeholder: string): boolean {
  return target.includes(placeholder) || headers.some((text) => plainOf(text).includes(placeholder));
}

function plainOf(text: string): string {
  const [, , credentials] = basic.exec(text) ?? [];
  return credentials === undefined ? text : Buffer.from(credentials, 'base64').toString('latin1');
}

/** What stands for the secret of a use in code's environment. */
export function environmentOf(
  uses: readonly SecretUse[],
  placeholderOf: (secret: string) => string,
): Record<string, string> {
  return Object.fromEntries(uses.map((use) => [variableOf(use), placeholderOf(use.secret)]));
}
