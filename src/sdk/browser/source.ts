/** Names of Node's own modules; put here when this is built. */
declare const __nodeModules: readonly string[];

/** Whether a thread, which runs on Node, has this module. */
export function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || __nodeModules.includes(specifier);
}

/** Sources of a page are not there to be read at once: what runs is seldom what was written. */
export function readSource(_file: string): string | undefined {
  return undefined;
}

/** What people call the file that a stack names. */
export function fileOf(named: string): string {
  return named;
}
