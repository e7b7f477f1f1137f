/**
 * Divides so many tokens among those who need some, so that nobody gets more than he needs and nobody gets less than another unless he needs less (max-min fairness). Pure.
 * What cannot be divided evenly goes to those who come first from `turn` on: who moves it on from time to time has everybody served.
 */
export function sharesOf(tokens: number, needs: readonly number[], turn = 0): number[] {
  const shares = needs.map(() => 0);
  let left = Math.max(0, Math.floor(tokens));
  let open = needs.flatMap((need, at) => (need > 0 ? [at] : []));
  while (open.length > 0 && left >= open.length) {
    const each = Math.floor(left / open.length);
    const before = left;
    for (const at of open) {
      const more = Math.min(each, (needs[at] ?? 0) - (shares[at] ?? 0));
      shares[at] = (shares[at] ?? 0) + more;
      left -= more;
    }
    open = open.filter((at) => (shares[at] ?? 0) < (needs[at] ?? 0));
    if (left === before) break;
  }
  for (let nth = 0; nth < open.length && left > 0; nth += 1) {
    const at = open[(nth + turn) % open.length] ?? 0;
    shares[at] = (shares[at] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}

/** Who needs is served first; what is left then is divided among those who want more than they need. Pure. */
export function targetsOf(
  tokens: number,
  hosts: readonly { readonly need: number; readonly want: number }[],
  turn = 0,
): number[] {
  const needed = sharesOf(
    tokens,
    hosts.map(({ need }) => need),
    turn,
  );
  const left = tokens - needed.reduce((sum, one) => sum + one, 0);
  const more = sharesOf(
    left,
    hosts.map(({ want }, at) => Math.max(0, want - (needed[at] ?? 0))),
    turn,
  );
  return needed.map((one, at) => one + (more[at] ?? 0));
}
