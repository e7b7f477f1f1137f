import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Build, here, mainOf } from '../builds/build.ts';
import type { Row } from '../row.ts';
import { runPinned } from '../service/process.ts';
import { newHome } from '../service/service.ts';

const limitMs = 60_000;
const lines = 10_000;
const primes = 1_229;

const work = `export function isPrime(n: number): boolean {
  if (n < 2) return false;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return true;
}
`;

/** The first program of README.md, as it stands there. */
async function program(): Promise<string> {
  const readme = await readFile(join(here.root, 'README.md'), 'utf8');
  const code = /```ts\n(import \{ remote, spawn \} from 'heddle';\n[^`]*)```/.exec(readme)?.[1];
  if (code === undefined) throw new Error('README.md has no first example that imports remote and spawn.');
  return code;
}

/** Seconds from `heddle run` to its end, where no service runs. Throws if it fails or prints something else. */
async function run(build: Build, driver: string): Promise<number> {
  const folder = await newHome();
  try {
    await mkdir(join(folder, 'node_modules'));
    await symlink(build.root, join(folder, 'node_modules', 'heddle'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'program.ts'), await program());
    await writeFile(join(folder, 'work.ts'), work);
    const env = { HEDDLE_DRIVER: driver, HEDDLE_HOME: join(folder, 'home') };
    const from = performance.now();
    const printed = await runPinned(undefined, [mainOf(build), 'run', join(folder, 'program.ts')], env, limitMs);
    const seconds = (performance.now() - from) / 1_000;
    const all = printed.trimEnd().split('\n');
    const found = all.filter((line) => line === 'true').length;
    if (!printed.startsWith('42 ') || all.length !== lines || found !== primes)
      throw new Error(`It printed ${all.length} lines and ${found} × true, not ${lines} and ${primes}.`);
    return seconds;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** README's first example, end to end, from nothing. */
export const exampleRow: Row = {
  name: 'example',
  about: "README's first example: heddle run program.ts, without a service",
  run: async function* ({ builds, driver, note }) {
    const values: Record<string, number> = {};
    for (const build of builds)
      try {
        values[build.name] = await run(build, driver);
      } catch (error) {
        values[build.name] = Number.NaN;
        note(`${build.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    yield { what: 'all results', unit: 's', values };
  },
};
