import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CliError, exitCodes } from '../../exit.ts';
import type { Source } from '../entry.ts';

const moduleNames = ['lambda_function', 'app', 'main', 'handler', 'index', 'src/app', 'src/main'];
const functionNames = ['lambda_handler', 'handler', 'main'];

/** What is to be called. */
export interface FoundHandler {
  readonly name: string;
  readonly warnings: readonly string[];
}

/** The handler that was given, if its file is there; else the first function of a usual name in a file of one. `folder`: what will be sent. Throws CliError (usage). */
export function findHandler(
  source: Extract<Source, { kind: 'code' }>,
  folder: string,
  given: string | undefined,
): FoundHandler {
  const isFolder = source.path === source.folder;
  if (given !== undefined) return checked(folder, given);
  const modules = isFolder ? moduleNames : [basename(source.path, '.py')];
  const there = modules.filter((module) => existsSync(join(folder, `${module}.py`)));
  for (const module of there) {
    const defined = definedIn(join(folder, `${module}.py`));
    const name = functionNames.find((each) => defined.has(each));
    if (name !== undefined) return { name: `${module}.${name}`, warnings: [] };
  }
  if (there.length === 0)
    throw new CliError(`${source.folder} has no file to begin with.`, exitCodes.usage, {
      hint: `Name the handler (--handler FILE.FUNCTION), or call the file ${moduleNames[1]}.py (looked for: ${moduleNames.join(', ')}).`,
    });
  throw new CliError(`${there[0]}.py defines none of ${functionNames.join(', ')}.`, exitCodes.usage, {
    hint: 'Define it: def handler(event, context): …; or name another: --handler FILE.FUNCTION',
  });
}

/** The path of the module in a handler's name, without `.py`: `a/b` of `a.b.handler`, and of `a/b.handler`. */
export function moduleOf(handler: string): string {
  return handler.slice(0, handler.lastIndexOf('.')).replaceAll('.', '/');
}

function checked(folder: string, handler: string): FoundHandler {
  const dot = handler.lastIndexOf('.');
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const path = join(folder, moduleOf(handler));
  const file = [`${path}.py`, join(path, '__init__.py')].find((each) => existsSync(each));
  if (file === undefined)
    return { name: handler, warnings: [`The code has no ${module}.py, which the handler ${handler} names.`] };
  if (definedIn(file).has(name)) return { name: handler, warnings: [] };
  return {
    name: handler,
    warnings: [`${basename(file)} does not seem to define ${name}, which the handler ${handler} names.`],
  };
}

/** Names that a module defines or imports at its top level, as far as its text shows. */
function definedIn(file: string): Set<string> {
  const text = readFileSync(file, 'utf8');
  const defined = [...text.matchAll(/^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=/gm)];
  const imported = [...text.matchAll(/^from\s+\S+\s+import\s+\(?([^)\n]+)/gm)];
  const names = imported.flatMap(([, list = '']) =>
    list.split(',').map(
      (each) =>
        each
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '',
    ),
  );
  return new Set([...defined.map(([, made, set]) => made ?? set ?? ''), ...names]);
}
