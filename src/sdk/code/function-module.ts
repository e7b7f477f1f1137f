import type { FunctionNeeds } from './function-needs.ts';
import type { FunctionSyntax } from './function-syntax.ts';
import type { Place } from './place.ts';
import { helpers } from './thread-globals.ts';

/**
 * A module whose default export is the function under its own name, on the very line and column where it stands in its
 * file: so stacks need no map. Only on a file's first line the column may be another, if what has to stand before the
 * function does not fit there.
 */
export function functionModule(
  { text, method }: FunctionSyntax,
  name: string,
  needs: FunctionNeeds,
  place: Place | undefined,
): string {
  const key = `[${JSON.stringify(name)}]`;
  // A computed key gives the function its name, whatever that is.
  const before = method === undefined ? `export default ({ ${key}: (` : `export default ({ ${method.prefix}${key}`;
  const after = method === undefined ? `) })${key};` : ` })${key};`;
  // A method gets another key, and so begins at its parameters.
  const skipped = text.slice(0, method?.paramsIndex ?? 0);
  const newlines = skipped.split('\n').length - 1;
  const line = (place?.line ?? 1) + newlines;
  const column = (newlines === 0 ? (place?.column ?? 1) : 1) + skipped.length - (skipped.lastIndexOf('\n') + 1);
  const start = line === 1 ? before.padStart(column - 1) : `${before}${'\n'.repeat(line - 1)}${' '.repeat(column - 1)}`;
  // A bundle has a `require` of its own, and what it finds declared it would not bundle.
  const missing = [...needs.helpers].filter((helper) => helper !== 'require' || needs.modules.length === 0);
  const provided = missing.map((helper) => helpers.get(helper) ?? '');
  return `${start}${text.slice(skipped.length)}${after}\n${provided.join('\n')}`;
}
