import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';

export { isBuiltin };

/** The text of a source that a stack named; undefined where there is none to be had. */
export function readSource(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** What people call the file that a stack names by a path or URL. */
export function fileOf(named: string): string {
  return named.startsWith('file:') ? fileURLToPath(named.replace(/[?#].*$/, '')) : named;
}
