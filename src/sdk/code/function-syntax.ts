import { type AnyNode, parse, type Program } from 'acorn';
import { CodeError } from './code-error.ts';

/** A function's text, parsed. */
export interface FunctionSyntax {
  readonly text: string;
  readonly program: Program;
  readonly node: AnyNode;
  /** Methods, getters and setters are no expressions: `method` has what stands before the name, and where the parameters begin. */
  readonly method: { readonly prefix: string; readonly paramsIndex: number } | undefined;
  /** What to take off a node's position to get the index in `text`. */
  readonly offset: number;
}

/** A function's text is no code that a thread can run. */
export class FunctionSyntaxError extends Error {
  override readonly name = 'FunctionSyntaxError';
  /** In the function's text. */
  readonly index: number;
  constructor(message: string, index: number, cause: unknown) {
    super(message, { cause });
    this.index = index;
  }
}

// Within a method of a class all that depends on a function's surroundings parses: `this`, `super`, `new.target`.
const asExpression = ['(class extends Object { m() { return (', '); } })'] as const;
const asMethod = ['(class extends Object { ', ' })'] as const;

function parseBetween(text: string, [before, after]: readonly [string, string]): Program {
  try {
    return parse(before + text + after, { ecmaVersion: 'latest', sourceType: 'module', ranges: true });
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const index = 'pos' in cause && typeof cause.pos === 'number' ? cause.pos - before.length : 0;
    throw new FunctionSyntaxError(cause.message.replace(/ \(\d+:\d+\)$/, ''), index, cause);
  }
}

/** The only member of the class that a text was put into. */
function memberOf(program: Program): AnyNode | undefined {
  const [statement] = program.body;
  if (statement?.type !== 'ExpressionStatement' || statement.expression.type !== 'ClassExpression') return undefined;
  const { body } = statement.expression.body;
  return body.length === 1 ? body[0] : undefined;
}

function readExpression(text: string): FunctionSyntax | undefined {
  const program = parseBetween(text, asExpression);
  const member = memberOf(program);
  const statement = member?.type === 'MethodDefinition' ? member.value.body.body[0] : undefined;
  const node = statement?.type === 'ReturnStatement' ? statement.argument : undefined;
  if (node?.type === 'ClassExpression')
    throw new CodeError('A class cannot be called. Give a function that makes an instance of it.');
  if (node?.type !== 'FunctionExpression' && node?.type !== 'ArrowFunctionExpression') return undefined;
  return { text, program, node, method: undefined, offset: asExpression[0].length };
}

function readMethod(text: string): FunctionSyntax | undefined {
  const program = parseBetween(text, asMethod);
  const member = memberOf(program);
  if (member?.type !== 'MethodDefinition') return undefined;
  const offset = asMethod[0].length;
  const prefix = `${member.value.async ? 'async ' : ''}${member.value.generator ? '*' : ''}`;
  return { text, program, node: member.value, method: { prefix, paramsIndex: member.value.start - offset }, offset };
}

/**
 * Parses what `Function.prototype.toString` gave. Throws CodeError for what is no function written in JavaScript, and
 * FunctionSyntaxError for what strict mode, which every module is in, does not allow.
 */
export function parseFunction(text: string): FunctionSyntax {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new CodeError(
      'A native or bound function has no source that could be sent. Wrap it: (...args) => theFunction(...args), or pass what it is bound to as an argument.',
    );
  const errors: FunctionSyntaxError[] = [];
  for (const read of [readExpression, readMethod]) {
    try {
      const syntax = read(text);
      if (syntax !== undefined) return syntax;
    } catch (error) {
      if (!(error instanceof FunctionSyntaxError)) throw error;
      errors.push(error);
    }
  }
  // Whichever got further knew better what it was reading.
  const [error] = errors.sort((one, other) => other.index - one.index);
  throw error ?? new CodeError('What is to be started is no function.');
}
