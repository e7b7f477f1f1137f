import { join } from 'node:path';

/** A build of Heddle that can be measured: sources that Node runs as they are. */
export interface Build {
  /** `heddle` for this checkout, the short commit for the base. */
  readonly name: string;
  /** Its root folder. */
  readonly root: string;
}

/** This checkout. */
export const here: Build = { name: 'heddle', root: join(import.meta.dirname, '..', '..') };

/** The file that is Heddle's command line. */
export function mainOf(build: Build): string {
  return join(build.root, 'src', 'cli', 'main.ts');
}
