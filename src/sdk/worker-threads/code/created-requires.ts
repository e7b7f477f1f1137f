import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';

const calls = /\b\w*require\w*\(\s*(['"])([^'"\n]+)\1\s*\)/gi;

/**
 * Files that a module asks for through `createRequire`: esbuild takes only the `require` of CommonJS for an import. Only names
 * that are written out are seen.
 */
export function createdRequires(path: string): readonly string[] {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const text = readFileSync(path, 'utf8');
  if (!text.includes('createRequire')) return [];
  const found = createRequire(path);
  return [...text.matchAll(calls)].flatMap(([, , name = '']) => {
    if (isBuiltin(name)) return [];
    try {
      return [found.resolve(name)];
    } catch {
      return [];
    }
  });
}
