import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isProvided, providedRuntimes, runtimes } from '../../model/runtimes/configuration.ts';
import { CliError, exitCodes } from '../exit.ts';
import { existing, usualEntry, type Source } from './entry.ts';
import { bringsBootstrap } from './package-bootstrap.ts';
import { moduleOf } from './python/handler.ts';
import { looksLikePython, pythonRuntime, usualPython } from './python/is-python.ts';

type Code = Extract<Source, { kind: 'code' }>;
type Kind = 'Node' | 'Python' | 'a program of its own';

/** The runtime for code where neither was one named nor is there a function that has one. */
export async function usualRuntime(source: Source, handler?: string): Promise<string> {
  if (bringsBootstrap(source)) return providedRuntimes[0];
  return looksLikePython(source, handler) ? usualPython() : runtimes[0];
}

/**
 * Throws CliError (usage) where the function that there is has a runtime of another kind than the code, as far as names show: it would be
 * replaced by what cannot run. `handler`: the function's.
 */
export async function checkKind(source: Code, name: string, runtime: string, handler: string): Promise<void> {
  if (shows(source, kindOf(runtime), handler)) return;
  const usual = await usualRuntime(source);
  const kind = kindOf(usual);
  if (kind === kindOf(runtime) || !shows(source, kind, handler)) return;
  throw new CliError(
    `There is a function ${name} of ${runtime}, and ${source.path} is ${kind === 'Node' ? "Node's" : kind}.`,
    exitCodes.usage,
    { hint: `Give this one a name of its own: --name NAME. To put it in the place of the other: --runtime ${usual}.` },
  );
}

function kindOf(runtime: string): Kind {
  if (isProvided(runtime)) return 'a program of its own';
  return pythonRuntime(runtime) === undefined ? 'Node' : 'Python';
}

/** Whether code could be of a kind. */
function shows(source: Code, kind: Kind, handler: string): boolean {
  if (kind === 'a program of its own') return bringsBootstrap(source);
  const isFolder = source.path === source.folder;
  if (kind === 'Python')
    return looksLikePython(source) || (isFolder && existsSync(join(source.folder, `${moduleOf(handler)}.py`)));
  if (!isFolder) return !looksLikePython(source) && !bringsBootstrap(source);
  const [module = ''] = basename(handler).split('.');
  return (existing(source.folder, join(dirname(handler), module)) ?? usualEntry(source.folder)) !== undefined;
}
