/** A name, or the beginning of names and a `*`: what both of two patterns match is again one of the two, or nothing. */
function meet(a: string, b: string): string | undefined {
  if (matches(a, b)) return b;
  return matches(b, a) ? a : undefined;
}

/** Whether every name that `inner` stands for is one of `pattern`. */
function matches(pattern: string, inner: string): boolean {
  return pattern.endsWith('*') ? inner.startsWith(pattern.slice(0, -1)) : pattern === inner;
}

/** Whether a list of names has this one. */
export function hasName(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

/** The same names in their plainest form: in order, and none that another covers. */
export function plainNames(patterns: readonly string[]): readonly string[] {
  const unique = [...new Set(patterns)].toSorted();
  return unique.filter((one) => !unique.some((other) => other !== one && matches(other, one)));
}

/** The names that both lists have. */
export function commonNames(a: readonly string[], b: readonly string[]): readonly string[] {
  return plainNames(a.flatMap((one) => b.flatMap((other) => meet(one, other) ?? [])));
}
