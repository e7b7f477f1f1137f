import { Lru } from '../../model/lru.ts';
import { BuildCache, bundleFunction, type Built, type FunctionOptions } from '../platform/bundling.ts';
import { CapturedVariableError } from './captured-variable-error.ts';
import { CodeError } from './code-error.ts';
import { functionModule } from './function-module.ts';
import { needsOf } from './function-needs.ts';
import { FunctionSyntaxError, type FunctionSyntax, parseFunction } from './function-syntax.ts';
import { lineColumn, type Place, placeOf } from './place.ts';
import { entryFile, threadCode, type ThreadCode } from './thread-code.ts';

/** A function that was read and found to need nothing that a thread has not. */
interface ReadFunction {
  readonly name: string;
  readonly text: string;
  readonly place: Place | undefined;
  readonly modules: readonly string[];
}

/** Functions that are remembered: characters that name them, and how many are kept as code. */
const textMax = 16_777_216;
const functionsMax = 1_024;
const known = new Lru<ReadFunction>(textMax);
const cache = new BuildCache<ThreadCode>(functionsMax);

function parsed(text: string, name: string, place: () => Place | undefined): FunctionSyntax {
  try {
    return parseFunction(text);
  } catch (error) {
    if (!(error instanceof FunctionSyntaxError)) throw error;
    const { line, column } = lineColumn(text, error.index);
    const privateName = /^Private field '(#[^']+)'/.exec(error.message)?.[1];
    if (privateName !== undefined)
      throw new CapturedVariableError(name, [{ name: privateName, index: error.index }], { line, column }, place());
    throw new CodeError(
      `The function ${name} is no code for a module, which is what a thread runs: ${error.message} (line ${line}, column ${column}).`,
      { cause: error },
    );
  }
}

function readFunction(text: string, name: string, stack: string): ReadFunction {
  const place = (): Place | undefined => placeOf(text, stack);
  const syntax = parsed(text, name, place);
  const needs = needsOf(syntax);
  const [first, ...others] = needs.captures;
  if (first !== undefined)
    throw new CapturedVariableError(name, [first, ...others], lineColumn(text, first.index), place());
  const found = place();
  if (found === undefined && needs.modules.some((module) => module.startsWith('.')))
    throw new CodeError(`The function ${name} imports ${needs.modules.join(', ')}, and its file is not known.`);
  return { name, text: functionModule(syntax, name, needs, found), place: found, modules: needs.modules };
}

/**
 * Reads a function, or remembers that it was read: with the same text, started by the same call. What imports modules
 * finds them by its file, which may be further up in the stack.
 */
function recall(text: string, name: string, stack: string): { readonly key: string; readonly read: ReadFunction } {
  const call = /^\s+at .*$/m.exec(stack)?.[0];
  const short = JSON.stringify([name, text, call]);
  const imports = (known.get(short)?.modules.length ?? 0) > 0;
  const key = imports ? JSON.stringify([name, text, stack]) : short;
  const read = known.get(key) ?? readFunction(text, name, stack);
  known.set(key, read, key.length);
  return { key, read };
}

/** What stands for the function's file: the file, or where the function was started and its own name. */
function sourceName({ name, place }: ReadFunction): string {
  if (place === undefined) return `/${name === '' ? 'function' : name}`;
  return place.exact ? place.file : `${place.file}:${place.line}:${place.column}#${name}`;
}

async function build(read: ReadFunction, options: FunctionOptions): Promise<Built<ThreadCode>> {
  const source = sourceName(read);
  if (read.modules.length === 0) {
    // What V8 is told by this comment costs nothing, and a source map would. It takes neither spaces nor quotes.
    const url = source.replaceAll(/[\s'"]/g, (character) => `%${Buffer.from(character).toString('hex')}`);
    const data = Buffer.from(`${read.text}\n//# sourceURL=${url}\n`);
    return { value: threadCode([{ path: entryFile, mode: 0o644, data }], ['default']), inputs: [] };
  }
  return await bundleFunction({ ...read, source, file: read.place?.file }, options);
}

/**
 * Makes a thread's code of a self-contained function, which becomes the module's default export. What it imports
 * dynamically by a literal name (`await import('./x.ts')`) is bundled with it, relative to its file. Stacks of errors in
 * a thread show the function's file and line where the caller's stack leads to it.
 *
 * Refusals are thrown at once and not by the promise, so that the caller's own stack is still there.
 *
 * @param callerStack - `stack` of an error made where the caller called, without Heddle's own frames.
 * @throws {CapturedVariableError} where it takes something from outside of itself, `CodeError` for what is no function
 * that could be sent. The promise rejects with CodeError where an import cannot be bundled.
 */
export function functionCode(
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- any function at all
  fn: Function,
  callerStack: string,
  options: FunctionOptions = {},
): Promise<ThreadCode> {
  const text = Function.prototype.toString.call(fn);
  const name = typeof fn.name === 'string' ? fn.name : '';
  const { key, read } = recall(text, name, callerStack);
  return cache.get(JSON.stringify([key, options.runtime, options.external]), async () => build(read, options));
}
