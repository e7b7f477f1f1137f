import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Places } from '../places.ts';

/** Places for a test: a home of its own, and the user's cache, so that images are built once and not once per test. */
export interface TestPlaces extends Places, AsyncDisposable {}

/** The cache that a service of this user has by default, and that `npm test` fills. */
export function testCache(): string {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return process.env['HEDDLE_CACHE'] || join(caches, 'heddle');
}

/** Makes them; disposing removes the home. */
export async function testPlaces(): Promise<TestPlaces> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-home-'));
  return {
    home,
    cache: testCache(),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
