import { identityHeader } from './identity.ts';

/** Headers of one connection, which never go further (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Answered by whoever takes the request first.
  'expect',
  identityHeader,
]);

/**
 * Headers that go on, names and values in turns, as they came and in their order: without those of the connection, and those that `Connection` names.
 */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  const named = new Set<string>();
  for (const [name, value] of pairs(rawHeaders))
    if (name.toLowerCase() === 'connection') for (const one of value.split(',')) named.add(one.trim().toLowerCase());
  const kept: string[] = [];
  for (const [name, value] of pairs(rawHeaders)) {
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !named.has(lower)) kept.push(name, value);
  }
  return kept;
}

/** The same without one of these names. */
export function without(headers: readonly string[], dropped: string): string[] {
  return [...pairs(headers)].filter(([name]) => name.toLowerCase() !== dropped).flat();
}

function* pairs(headers: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at + 1 < headers.length; at += 2) yield [headers[at] ?? '', headers[at + 1] ?? ''];
}
