import type { Build } from '../builds/build.ts';

/** Measures each build, one after the other, and gives what each gave by its name. */
export async function ofEach<T>(
  builds: readonly Build[],
  measure: (build: Build) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const seen = new Map<string, T>();
  for (const build of builds) seen.set(build.name, await measure(build));
  return seen;
}

/** One number of each. */
export function valuesOf<T>(seen: ReadonlyMap<string, T>, value: (one: T) => number): Record<string, number> {
  return Object.fromEntries([...seen].map(([who, one]) => [who, value(one)]));
}
