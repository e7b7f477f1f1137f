import crypto from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { seedRandom } from '../random.ts';

const { randomBytes, randomInt, randomUUID } = crypto;
/** UUIDs, and numbers for `randomInt`, that Node has ready (lib/internal/crypto/random.js). */
const [uuidsReady, numbersReady] = [128, 1_024];
/** Of `Math.random` as it was before, so many are left out, at most. */
const skippedMax = 4_096;

/**
 * Makes this process, a copy of one that goes on elsewhere, differ from it and from other copies in all that is random. Its instance shows another time meanwhile,
 * at which OpenSSL's generators take a new seed from the kernel; those of other threads do so after them, as they are their children.
 *
 * `seed`: a positive 31-bit integer.
 */
export function reseed(seed: number): void {
  randomBytes(1);
  // What Node has drawn in advance is used up; what it draws anew, it leaves off where it was.
  for (let drawn = 0; drawn < uuidsReady; drawn++) randomUUID();
  for (let drawn = 0; drawn < numbersReady; drawn++) randomInt(2);
  const { random } = Math;
  for (let left = randomInt(1, skippedMax); left > 0; left--) random();
  replaceRandom(seed);
}

/** A realm's `Math.random` cannot be seeded once it was called; that of a new one can. */
function replaceRandom(seed: number): void {
  const fresh: unknown = runInNewContext('Math.random');
  if (typeof fresh !== 'function') throw new Error('A new realm of this Node has no `Math.random`.');
  seedRandom(seed, () => void fresh());
  const replacement = { random: (): number => Number(fresh()) };
  Object.defineProperty(Math, 'random', { value: replacement.random, writable: true, configurable: true });
}
