/** The trivial function: what a thread costs beside it. */
export function add(a: number, b: number): number {
  return a + b;
}

/** The same with one argument, for `map`. */
export function next(n: number): number {
  return n + 1;
}

/** Some tens of milliseconds of arithmetic. */
export function burn(seed: number): number {
  let value = seed;
  for (let round = 0; round < 40_000_000; round += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  return value;
}

/** Never ends. */
export function forever(): never {
  for (;;);
}
