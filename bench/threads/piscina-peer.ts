import { add as sum } from './work.ts';

export { burn } from './work.ts';

/** The trivial task; Piscina gives one argument. */
export function add([a, b]: readonly [number, number]): number {
  return sum(a, b);
}
