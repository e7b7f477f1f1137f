import type { AnyNode } from 'acorn';
import { analyze } from 'eslint-scope';
import { isBuiltin } from '../platform/source.ts';
import type { Capture } from './captured-variable-error.ts';
import type { FunctionSyntax } from './function-syntax.ts';
import { helpers, threadGlobals } from './thread-globals.ts';

/** What a function needs to run elsewhere. */
export interface FunctionNeeds {
  /** What it takes from outside of itself and no thread has, in the order of its text. */
  readonly captures: readonly Capture[];
  /** Names of helpers that it uses. */
  readonly helpers: ReadonlySet<string>;
  /** Modules that it imports or requires, other than Node's own. */
  readonly modules: readonly string[];
}

/** Whose `this` and `super` a piece of code sees: the surroundings' (captured), or something inside the function. */
interface Owns {
  readonly this: boolean;
  readonly super: boolean;
}
const ownsAll: Owns = { this: true, super: true };

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

function literalOf(node: AnyNode | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? undefined)
    : undefined;
}

/** What the walk through a function finds; positions as acorn gives them. */
class Findings {
  readonly captures: Capture[] = [];
  readonly modules = new Set<string>();
  /** Where a name is only asked for its type, which no missing variable makes fail. */
  readonly typeofs = new Set<number>();

  #capture(name: string, index: number, owned: boolean): void {
    if (!owned) this.captures.push({ name, index });
  }

  visit(node: AnyNode, owns: Owns): void {
    if (node.type === 'PropertyDefinition') {
      this.visit(node.key, owns);
      if (isNode(node.value)) this.visit(node.value, ownsAll);
      return;
    }
    this.#look(node, owns);
    const isOwner =
      node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'StaticBlock';
    for (const child of childrenOf(node)) this.visit(child, isOwner ? ownsAll : owns);
  }

  #look(node: AnyNode, owns: Owns): void {
    if (node.type === 'ThisExpression') this.#capture('this', node.start, owns.this);
    else if (node.type === 'Super') this.#capture('super', node.start, owns.super);
    else if (node.type === 'MetaProperty' && node.meta.name === 'import')
      this.#capture('import.meta', node.start, false);
    else if (node.type === 'MetaProperty') this.#capture('new.target', node.start, owns.this);
    else if (node.type === 'UnaryExpression' && node.operator === 'typeof') this.typeofs.add(node.argument.start);
    else if (node.type === 'ImportExpression') this.#import(literalOf(node.source));
    else if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require')
      this.#import(literalOf(node.arguments[0]));
  }

  #import(specifier: string | undefined): void {
    if (specifier !== undefined && !isBuiltin(specifier)) this.modules.add(specifier);
  }
}

type EstreeProgram = Parameters<typeof analyze>[0];

/** acorn makes the trees that ESTree describes, and declares them by types of its own. */
function isEstree(program: unknown): program is EstreeProgram {
  return isNode(program) && program.type === 'Program';
}

/** Names that a function uses and does not declare, with their positions. */
function freeNames({ program, node }: FunctionSyntax): readonly Capture[] {
  if (!isEstree(program)) throw new Error('What was parsed is no program.');
  const scopes = analyze(program, {
    ecmaVersion: 2025,
    sourceType: 'module',
    ignoreEval: true,
    childVisitorKeys: { ImportExpression: ['source', 'options'] },
  }).scopes;
  // The outermost scope of the function, which holds its own name, is the first that was made for it.
  const scope = scopes.find(({ block }) => block.range?.[0] === node.start && block.range[1] === node.end);
  if (scope === undefined) throw new Error('The function that was parsed has no scope.');
  return scope.through.map(({ identifier }) => ({ name: identifier.name, index: identifier.range?.[0] ?? node.start }));
}

/** Finds what a function needs that is not in its text. */
export function needsOf(syntax: FunctionSyntax): FunctionNeeds {
  const findings = new Findings();
  const isArrow = syntax.node.type === 'ArrowFunctionExpression';
  for (const child of childrenOf(syntax.node)) findings.visit(child, { this: !isArrow, super: false });
  const free = freeNames(syntax);
  const captured = free.filter(
    ({ name, index }) => !threadGlobals.has(name) && !helpers.has(name) && !findings.typeofs.has(index),
  );
  return {
    captures: [...findings.captures, ...captured]
      .map(({ name, index }) => ({ name, index: index - syntax.offset }))
      .sort((one, other) => one.index - other.index),
    helpers: new Set(free.map(({ name }) => name).filter((name) => helpers.has(name))),
    modules: [...findings.modules],
  };
}
