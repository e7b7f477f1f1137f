import { globSync } from 'node:fs';
import { root } from '../tidy/source.ts';

/** Test files in the order they are to run: what is quick and breaks most often first. */
export interface TestFiles {
  /** Beside the code; several at a time. */
  readonly unit: readonly string[];
  /** Of the whole, in `test/`: they start services and measure, so one at a time. */
  readonly whole: readonly string[];
}

/** All test files whose path contains one of `filters`, or simply all. */
export function findTestFiles(filters: readonly string[]): TestFiles {
  const find = (pattern: string): string[] =>
    globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] })
      .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
      .sort();
  return {
    unit: find('{src,tools,bench,examples}/**/*.{test,fuzz}.ts'),
    whole: find('test/**/*.{test,fuzz}.ts'),
  };
}
