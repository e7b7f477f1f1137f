import { setFlagsFromString } from 'node:v8';

/**
 * Seeds `Math.random`. This process may be a copy of another, so that both would give the same numbers. The seed works
 * only while nobody has called `Math.random`, so nothing in the runtime does before this.
 *
 * `seed`: a positive 31-bit integer. `call`: calls it for the first time, in the realm that it is to be seeded in.
 */
export function seedRandom(seed: number, call: () => void = () => void Math.random()): void {
  setFlagsFromString(`--random-seed=${seed}`);
  // V8 reads the flag at the first call in each realm. It must not stay: every worker thread would be given this seed.
  call();
  setFlagsFromString('--random-seed=0');
}
