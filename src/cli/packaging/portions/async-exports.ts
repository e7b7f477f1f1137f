import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse, type AnyNode, type Identifier, type Literal } from 'acorn';
import { countedBuild } from '../../../model/builds.ts';
import { CliError, exitCodes } from '../../exit.ts';

/** What stands for a name in an export. */
function nameOf(node: Identifier | Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

function isAsyncFunction(node: AnyNode | null | undefined): boolean {
  const isFunction =
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression';
  return isFunction && node.async && !node.generator;
}

/**
 * Names of a module's exports, all of which are async functions: whoever imports them then has the same types, whether they run beside it or
 * elsewhere. Throws CliError (usage) for any other export, and for what only running the module could tell.
 */
export async function asyncExports(path: string, shown: string): Promise<readonly string[]> {
  const esbuild = await import('esbuild');
  const type = extname(path);
  const loader = type.endsWith('x') ? 'tsx' : type.includes('t') ? 'ts' : 'jsx';
  const text = await readFile(path, 'utf8');
  const { code } = await countedBuild(() => esbuild.transform(text, { loader, logLevel: 'silent' })).catch(
    (cause: unknown) => {
      throw new CliError(`${shown} cannot be read: ${cause instanceof Error ? cause.message : ''}`, exitCodes.usage, {
        cause,
      });
    },
  );
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const local = new Map<string, boolean>();
  const exported = new Map<string, boolean>();
  const declare = (node: AnyNode, into: readonly Map<string, boolean>[]): void => {
    const found: (readonly [string, boolean])[] = [];
    if (node.type === 'VariableDeclaration')
      for (const { id, init } of node.declarations)
        found.push([id.type === 'Identifier' ? id.name : '{…}', node.kind === 'const' && isAsyncFunction(init)]);
    else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
      found.push([node.id?.name ?? 'default', isAsyncFunction(node)]);
    for (const [name, is] of found) for (const map of into) map.set(name, is);
  };
  for (const node of body)
    if (node.type === 'ExportAllDeclaration') exported.set('*', false);
    else if (node.type === 'ExportNamedDeclaration' && node.declaration) declare(node.declaration, [local, exported]);
    else if (node.type === 'FunctionDeclaration' || node.type === 'VariableDeclaration') declare(node, [local]);
  for (const node of body) {
    if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      const is = declaration.type === 'Identifier' ? local.get(declaration.name) : isAsyncFunction(declaration);
      exported.set('default', is === true);
    }
    if (node.type !== 'ExportNamedDeclaration') continue;
    for (const { local: inner, exported: outer } of node.specifiers)
      exported.set(nameOf(outer), node.source ? false : local.get(nameOf(inner)) === true);
  }
  const other = [...exported].find(([, is]) => !is)?.[0];
  if (exported.size === 0)
    throw new CliError(`${shown} is a portion, and exports nothing by ES modules' \`export\`.`, exitCodes.usage);
  if (other !== undefined)
    throw new CliError(
      `${shown} is a portion, and exports \`${other}\`, which is not seen to be an async function of its own.`,
      exitCodes.usage,
      {
        hint: `It runs elsewhere, so calling it gives a promise: export async function ${other === '*' ? 'NAME' : other}(…).`,
      },
    );
  return [...exported.keys()];
}
