import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Finding, lineAt, root, type Source } from './source.ts';

/** A path from the repository's root, or a glob of such; not part of a longer path or of an address. */
const pattern = /(?<![\w./@-])(?:src|test|docs|bench|examples|tools)\/[\w./*{},-]*/g;

/** What a link leads to, without its anchor; not an address. */
const linkPattern = /\]\((?!\w+:)([^)#\s]+)/g;

/** Prose whose readers look up what it names. Decisions are prose, too: they are kept true. */
function isProse(path: string): boolean {
  return path === 'README.md' || path === 'SECURITY.md' || /^docs\/.*\.md$/.test(path);
}

function isThere(path: string): boolean {
  return /[*{]/.test(path) ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));
}

/** Every path that the documentation names, and every file that it links to, is there. */
export function findDeadPaths(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => isProse(path))
    .flatMap(({ path, text }) =>
      [...namedIn(text), ...linkedFrom(path, text)]
        .filter(({ named }) => !isThere(named))
        .map(({ named, line }) => ({ path, line, message: `names ${named}, which is not there` })),
    );
}

interface Named {
  readonly named: string;
  readonly line: number;
}

function namedIn(text: string): readonly Named[] {
  // The end of a sentence is none of the path's.
  return [...text.matchAll(pattern)].map((match) => ({
    named: match[0].replace(/[.,]+$/, ''),
    line: lineAt(text, match.index),
  }));
}

function linkedFrom(path: string, text: string): readonly Named[] {
  return [...text.matchAll(linkPattern)].map((match) => ({
    named: join(dirname(path), match[1] ?? ''),
    line: lineAt(text, match.index),
  }));
}
