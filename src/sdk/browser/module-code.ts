import { type ModuleDeclaration, parse, type Statement } from 'acorn';
import type { CodeFile } from '../../model/functions/code.ts';
import { CodeError } from '../code/code-error.ts';
import type { ModuleOptions } from '../code/module-code.ts';
import { entryFile, threadCode, type ThreadCode } from '../code/thread-code.ts';
import { isBuiltin } from './source.ts';

const mapComment = /^\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/m;

/**
 * Makes a thread's code of a module that is bundled already, of which it fetches the text, and its source map if it names one. Rejects
 * with CodeError where there is none, or it imports what a thread does not have.
 */
export async function moduleCode(
  module: URL | string,
  { files = [] }: Pick<ModuleOptions, 'files'> = {},
): Promise<ThreadCode> {
  if (files.length > 0)
    throw new CodeError('A page has no files that could come along with a module (`files`): put them into its bundle.');
  const address = new URL(String(module), String(Reflect.get(globalThis, 'location')));
  const text = await fetchText(address);
  const exports = exportsOf(text, address);
  const map = await mapOf(text, address);
  const code = map === undefined ? text : text.replace(mapComment, `//# sourceMappingURL=${entryFile}.map`);
  return threadCode(
    [codeFile(entryFile, code), ...(map === undefined ? [] : [codeFile(`${entryFile}.map`, map)])],
    exports,
  );
}

function codeFile(path: string, text: string): CodeFile {
  return { path, mode: 0o644, data: Buffer.from(text) };
}

async function fetchText(address: URL): Promise<string> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new CodeError(`${address.href} could not be fetched to make a thread's code of: ${String(cause)}.`, {
      cause,
    });
  });
  if (response.ok) return await response.text();
  throw new CodeError(`${address.href} could not be fetched to make a thread's code of: ${response.status}.`);
}

/** Names that it exports. Throws CodeError for what is no bundle. */
function exportsOf(text: string, address: URL): readonly string[] {
  const body = statementsOf(text, address);
  const missing = body.flatMap(({ source }) => (typeof source === 'string' && !isBuiltin(source) ? [source] : []));
  if (missing.length === 0) return body.flatMap(({ names }) => names);
  throw new CodeError(
    `${address.href} imports ${missing.join(', ')}, and only its own text is sent. Bundle it for Node, as an ES module, with the condition ` +
      '`heddle-thread`: esbuild work.ts --bundle --platform=node --format=esm --conditions=heddle-thread.',
  );
}

interface Outline {
  readonly source: unknown;
  readonly names: readonly string[];
}

function statementsOf(text: string, address: URL): readonly Outline[] {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'module' }).body.map(outlineOf);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CodeError(`${address.href} is no module of JavaScript: ${cause.message}.`, { cause });
  }
}

function outlineOf(statement: Statement | ModuleDeclaration): Outline {
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return { source: statement.source.value, names: [] };
    case 'ExportDefaultDeclaration':
      return { source: undefined, names: ['default'] };
    case 'ExportNamedDeclaration': {
      const { specifiers, declaration } = statement;
      const named = specifiers.map(({ exported }) => ('name' in exported ? exported.name : String(exported.value)));
      const ids = declaration?.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
      const declared = ids.flatMap((one) => (one?.id.type === 'Identifier' ? [one.id.name] : []));
      return { source: statement.source?.value, names: [...named, ...declared] };
    }
    default:
      return { source: undefined, names: [] };
  }
}

/** Its source map, sources named by their addresses. None is no error: stacks are then those of the bundle. */
async function mapOf(text: string, address: URL): Promise<string | undefined> {
  const named = mapComment.exec(text)?.[1];
  if (named === undefined) return undefined;
  try {
    const at = new URL(named, address);
    const map: { sources: string[]; sourceRoot?: string } = JSON.parse(await fetchText(at));
    const root = new URL(map.sourceRoot ?? '', at);
    const sources = map.sources.map((source) => new URL(source, root).href);
    return JSON.stringify({ ...map, sourceRoot: '', sources });
  } catch {
    return undefined;
  }
}
