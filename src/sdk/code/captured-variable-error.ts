import type { Place } from './place.ts';

/** What a function takes from outside of itself. */
export interface Capture {
  /** A variable, or `this`, `super`, `new.target`, `arguments`, `import.meta`, a private name such as `#x`. */
  readonly name: string;
  /** Where in the function's text. */
  readonly index: number;
}

/** A line and a column, both from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const remedies: Readonly<Record<string, string>> = {
  this: 'Write it as `function`, or pass what it needs of `this` as an argument.',
  arguments: 'Use rest parameters: `(...args) =>`.',
  'import.meta': 'A thread has no such file: pass what it needs as an argument.',
};
const usually = 'Pass it as an argument, or put the function into a module and use remote().';

function remedyFor(name: string, functionName: string): string {
  if (name === functionName) return `To call itself, write it as \`function ${name}(…)\`.`;
  if (['__dirname', '__filename', 'module', 'exports'].includes(name)) return remedies['import.meta'] ?? usually;
  return remedies[name] ?? usually;
}

/**
 * A function that was to run in a thread takes something from outside of itself, which a thread does not have. Thrown
 * before anything is sent.
 */
export class CapturedVariableError extends TypeError {
  override readonly name = 'CapturedVariableError';
  /** The first that it takes. */
  readonly variable: string;
  /** All that it takes. */
  readonly variables: readonly string[];
  /** Of the first, in the function's own text. */
  readonly line: number;
  readonly column: number;
  /** Of the first, in the caller's source, as far as its stack gave that away. */
  readonly file: string | undefined;
  readonly fileLine: number | undefined;
  readonly fileColumn: number | undefined;

  constructor(
    functionName: string,
    captures: readonly [Capture, ...Capture[]],
    { line, column }: LineColumn,
    place: Place | undefined,
  ) {
    const variables = [...new Set(captures.map(({ name }) => name))];
    const [variable = ''] = variables;
    const others = variables.slice(1).map((name) => `\`${name}\``);
    const also = others.length === 0 ? '' : ` (and ${others.join(', ')})`;
    const who = functionName === '' ? 'A function' : `The function \`${functionName}\``;
    const exact = place?.exact === true ? place : undefined;
    const fileLine = exact && exact.line + line - 1;
    const fileColumn = exact && (line === 1 ? exact.column + column - 1 : column);
    const inFunction = `line ${line}, column ${column} of the function`;
    const spawned = place === undefined ? '' : `, which is started at ${place.file}:${place.line}:${place.column}`;
    const where = exact ? `at ${exact.file}:${fileLine}:${fileColumn} (${inFunction})` : `at ${inFunction}${spawned}`;
    super(
      `${who} captures \`${variable}\`${also} ${where}. A thread only has what a function is given. ${remedyFor(variable, functionName)}`,
    );
    this.variable = variable;
    this.variables = variables;
    this.line = line;
    this.column = column;
    this.file = place?.file;
    this.fileLine = fileLine;
    this.fileColumn = fileColumn;
  }
}
