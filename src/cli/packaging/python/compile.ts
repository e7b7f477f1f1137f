import { join } from 'node:path';
import type { PythonRuntimeName } from '../../../model/runtimes/configuration.ts';
import { runProgram } from './run-program.ts';
import { findPython } from './user-python.ts';

/**
 * Compiles the modules in `folder` for a runtime, where the user has a Python of its version: they are then not compiled in each new
 * container. What does not compile is left as it is, and comes back as Python says it; undefined where nothing was compiled.
 */
export async function compileFor(runtime: PythonRuntimeName, folder: string): Promise<string | undefined> {
  const python = await findPython(runtime);
  if (python?.name !== runtime) return undefined;
  // By hashes that nobody checks: times do not survive a zip file.
  const hashes = ['--invalidation-mode', 'unchecked-hash'];
  const how = ['-m', 'compileall', '-q', ...hashes, '-s', folder, '-p', '/var/task', folder];
  return runProgram(python.path, how).then(
    () => '',
    // It fails where one module is of another version; the others are compiled all the same.
    (error: unknown) =>
      error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' ? error.stdout : '',
  );
}

/** Why the file at `path` in `folder` does not compile, of what {@link compileFor} gave. */
export function faultOf(said: string, folder: string, path: string): string | undefined {
  const [, ...faults] = said.split("*** Error compiling '");
  const fault = faults.find((each) => each.startsWith(`${join(folder, path)}'...\n`));
  const [, line] = /", line (\d+)\n/.exec(fault ?? '') ?? [];
  const [what] = /^\w+Error: .*$/m.exec(fault ?? '') ?? [];
  return what === undefined ? undefined : `${path}${line === undefined ? '' : `, line ${line}`}: ${what}`;
}
