import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isPython, pythonRuntimes, type PythonRuntimeName } from '../../../model/runtimes/configuration.ts';
import type { Source } from '../entry.ts';
import { moduleOf } from './handler.ts';
import { findPython } from './user-python.ts';

const signs = [
  'requirements.txt',
  'pyproject.toml',
  'lambda_function.py',
  'app.py',
  'main.py',
  'handler.py',
  'index.py',
];

/** Whether what is to be deployed is of Python, as far as its names show. `handler`: the one that was asked for. */
export function looksLikePython(source: Source, handler?: string): boolean {
  if (source.kind === 'zip') return false;
  if (source.path !== source.folder) return source.path.endsWith('.py');
  const named = handler === undefined ? [] : [`${moduleOf(handler)}.py`];
  return (
    !existsSync(join(source.folder, 'package.json')) &&
    [...named, ...signs].some((name) => existsSync(join(source.folder, name)))
  );
}

/** The runtime for it where none is named: the version that the user has, if it is one, else the newest. */
export async function usualPython(): Promise<PythonRuntimeName> {
  const python = await findPython(undefined);
  const own = pythonRuntimes.find((runtime) => runtime === python?.name);
  return own ?? pythonRuntimes.at(-1) ?? pythonRuntimes[0];
}

/** A name that was given, where it is one of Python's. */
export function pythonRuntime(name: string): PythonRuntimeName | undefined {
  const runtime = pythonRuntimes.find((each) => each === name);
  return runtime !== undefined && isPython(runtime) ? runtime : undefined;
}
