import type { AnyNode, CallExpression } from 'acorn';
import { extname } from 'node:path';
import { parseModule } from '../../effects/code/parse.ts';
import { countedBuild } from '../../model/builds.ts';

/** A text in code that may be a path, or a part of one. */
export interface NamedPath {
  readonly text: string;
  /** Something comes behind it when the code runs. */
  readonly open: boolean;
  /** Something comes before it. */
  readonly follows: boolean;
  /** It is certainly one: an argument of what takes a folder. A word alone is none otherwise. */
  readonly certain: boolean;
}

/** What takes a folder by its name: Node's own, and what web frameworks call so. */
const takesFolder = /^(?:readdir|opendir|cp|glob|chdir|static|serveStatic)(?:Sync)?$/;
const loaders: Readonly<Record<string, 'ts' | 'tsx' | 'jsx'>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/** Texts of a source that may be paths; what it imports by name is not among them. Empty where it cannot be read. */
export async function namedPaths(path: string, source: string): Promise<readonly NamedPath[]> {
  const loader = loaders[extname(path)];
  const text = loader === undefined ? source : await asJavaScript(source, loader);
  const parsed = parseModule(path, text ?? '');
  if ('problem' in parsed) return [];
  const found: NamedPath[] = [];
  collect(parsed.program, found);
  return found;
}

async function asJavaScript(source: string, loader: 'ts' | 'tsx' | 'jsx'): Promise<string | undefined> {
  const esbuild = await import('esbuild');
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
  // What cannot be compiled is told by who compiles it.
  return await countedBuild(() => esbuild.transform(source, { loader, logLevel: 'silent', tsconfigRaw })).then(
    ({ code }) => code,
    () => undefined,
  );
}

const alone = { open: false, follows: false, certain: false };

function collect(node: AnyNode, found: NamedPath[]): void {
  if (importsByName(node)) return;
  const text = textOf(node);
  if (text !== undefined) found.push({ ...alone, text });
  if (node.type === 'TemplateLiteral')
    node.quasis.forEach(({ value, tail }, index) =>
      found.push({ ...alone, text: value.cooked ?? '', open: !tail, follows: index > 0 }),
    );
  if (node.type === 'CallExpression') collectCertain(node, found);
  if (node.type === 'BinaryExpression' && node.operator === '+') collectSum(node, found);
  else for (const child of childrenOf(node)) collect(child, found);
}

/** The parts of a text that is put together: each but the last has something behind it. */
function collectSum(sum: AnyNode, found: NamedPath[]): void {
  const parts = partsOf(sum);
  parts.forEach((part, index) => {
    const text = textOf(part);
    if (text === undefined) collect(part, found);
    else found.push({ ...alone, text, open: index < parts.length - 1, follows: index > 0 });
  });
}

function partsOf(node: AnyNode): readonly AnyNode[] {
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return [node];
  return [...partsOf(node.left), ...partsOf(node.right)];
}

/** What is imported so, tracing finds. */
function importsByName(node: AnyNode): boolean {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  if (node.type === 'ExportNamedDeclaration') return node.source !== null && node.source !== undefined;
  if (node.type === 'ImportExpression') return node.source.type === 'Literal';
  return node.type === 'CallExpression' && nameOf(node.callee) === 'require' && node.arguments[0]?.type === 'Literal';
}

function collectCertain({ callee, arguments: given }: CallExpression, found: NamedPath[]): void {
  const name = nameOf(callee);
  const [first = ''] = given.map(textOf);
  if (takesFolder.test(name) && first !== '') found.push({ ...alone, text: first, certain: true });
  if (name === 'join' || name === 'resolve') collectJoined(given.map(textOf), found);
}

/** `join(root, 'views', name)`: what is known of it, behind what is not. */
function collectJoined(parts: readonly (string | undefined)[], found: NamedPath[]): void {
  const from = parts.findIndex((part) => part !== undefined);
  const rest = parts.slice(Math.max(0, from));
  const known = rest.findIndex((part) => part === undefined);
  const texts = known < 0 ? rest : [...rest.slice(0, known), ''];
  if (texts.length > 1) found.push({ ...alone, text: texts.join('/'), open: known >= 0, follows: from > 0 });
}

function nameOf(callee: AnyNode): string {
  const named = callee.type === 'MemberExpression' ? callee.property : callee;
  return named.type === 'Identifier' ? named.name : '';
}

function textOf(node: AnyNode): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
