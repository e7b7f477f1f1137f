import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { here } from '../builds/build.ts';
import type { BenchResult } from '../result.ts';
import { replaceBetweenMarks } from './marks.ts';
import { speedSection } from './section.ts';

/** Puts the result that `--json` wrote into README.md's tables, and says what it did. */
export async function writeReadme(resultFile: string): Promise<string> {
  const result: BenchResult = JSON.parse(await readFile(resultFile, 'utf8'));
  const readme = join(here.root, 'README.md');
  const before = await readFile(readme, 'utf8');
  const after = replaceBetweenMarks(before, speedSection(result));
  await writeFile(readme, after);
  return before === after ? 'README.md says that already.' : `README.md now has the numbers of ${resultFile}.`;
}
