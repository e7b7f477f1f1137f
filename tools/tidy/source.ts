import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** One file of the repository. */
export interface Source {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
}

/** One breach of a house rule. */
export interface Finding {
  readonly path: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
}

/** All text files that git knows or would add. */
export function allSources(): readonly Source[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return list
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '' && !/\.(png|zip|ico|svg)$/.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Whether a file is TypeScript. */
export function isCode(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/** Whether a file is a test of some kind, or only serves tests: fixtures, shared cases, benchmarks. */
export function isTest(path: string): boolean {
  if (path.startsWith('test/') || path.includes('/testing/')) return true;
  return /(\.(test|fuzz|bench)|\/testing|[-/]fixtures?|-cases)\.ts$/.test(path);
}

/** The line that a position in a text is on, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** An import of a file of this repository. */
export interface Import {
  readonly to: string;
  readonly line: number;
  /** `import type`, or `typeof import(…)`: gone when the program runs. */
  readonly typeOnly: boolean;
  /** `import(…)`: only loaded when the program comes there. */
  readonly dynamic: boolean;
}

/** The files of this repository that a file imports, types and dynamic imports included, and where it does. */
export function importsOf(source: Source): readonly Import[] {
  const pattern =
    /(?:^(?:import|export)(?<type> type)?[^'";]*from|(?<query>\btypeof )?\b(?<call>import)\s*\(|^import)\s*'(?<to>\.{1,2}\/[^']+)'/gm;
  return [...source.text.matchAll(pattern)].map((match) => ({
    to: join(dirname(source.path), match.groups?.['to'] ?? ''),
    line: lineAt(source.text, match.index),
    typeOnly: (match.groups?.['type'] ?? match.groups?.['query']) !== undefined,
    dynamic: match.groups?.['call'] !== undefined,
  }));
}
