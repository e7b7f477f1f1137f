/** About one connection, and not about what goes over it (RFC 9110, 7.6.1). What frames a body is said anew by whoever passes it on. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings'],
]);

/** What says where a request goes, how long it is and who asks: nobody can have that dropped by naming it in `Connection`. Else a body could be read as a request of its own. */
const never: ReadonlySet<string> = new Set(['host', 'content-length', 'authorization']);

/**
 * Header lines that go on, names and values in turns, as they came and in their order: without those that are about one connection, those that `Connection` names, and those that are `others`, who is given
 * a name in lower case.
 */
export function endToEnd(headers: readonly string[], others: (name: string) => boolean = () => false): string[] {
  const all = headerPairs(headers);
  const named = new Set(
    all
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, text]) => text.split(',').map((each) => each.trim().toLowerCase()))
      .filter((name) => !never.has(name)),
  );
  const stays = (name: string): boolean => !isHopByHop(name) && !named.has(name) && !others(name);
  return all.filter(([name]) => stays(name.toLowerCase())).flat();
}

/** Of a name in lower case. */
export function isHopByHop(name: string): boolean {
  return hopByHop.has(name);
}

/** Header lines without one, whose name is in lower case. */
export function withoutHeader(headers: readonly string[], dropped: string): string[] {
  return headerPairs(headers)
    .filter(([name]) => name.toLowerCase() !== dropped)
    .flat();
}

/** Names with their values. */
export function headerPairs(list: readonly string[]): (readonly [name: string, value: string])[] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ''] as const] : []));
}
