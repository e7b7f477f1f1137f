import type { CodeFiles } from './code/code-files.ts';
import { TooLargeError } from './evaluation/modules.ts';
import { Run } from './evaluation/run.ts';
import { DeclarationError, declarationsFile, noDeclarations, readDeclarations } from './facts/declarations.ts';
import { type Effect, type Report, reportVersion } from './model/effect.ts';
import { unknownDraft } from './operations/draft.ts';
import { constant, data, outside, type Value } from './values/value.ts';

/** The module and the export that a handler names, as AWS splits it: at the first dot of the file's name. */
function split(handler: string): { readonly module: string; readonly exportPath: readonly string[] } {
  const folder = handler.slice(0, handler.lastIndexOf('/') + 1);
  const [file = '', ...names] = handler.slice(folder.length).split('.');
  return { module: `${folder}${file}`.replace(/^\/+/, ''), exportPath: names };
}

/** An effect that is none of the code's, but says that it could not be looked at. */
function outcome(words: string, what = 'unknown'): Effect {
  return { ...unknownDraft(words, what), at: { file: '', line: 0 }, via: [] };
}

/**
 * Finds what a function of Node's does beside computing, by reading its code; nothing of it is run. What cannot be resolved is an effect `unknown`. Throws
 * DeclarationError where a `heddle.effects.json` is among the files and cannot be meant.
 *
 * The rooms: `code/` finds and parses files, `values/` is all that an expression may be, `evaluation/` goes through the code with these, `operations/` says what
 * each call to something outside of it does, `facts/` what its author says of that. `characteristics/` and `graph/` make of reports what is said of a function
 * through all that it calls, and `comparison/` what has changed.
 */
export function analyse(code: CodeFiles, handler: string): Report {
  const text = code.read(declarationsFile);
  const declarations = text === undefined ? noDeclarations : readDeclarations(text);
  const run = new Run(code, declarations);
  const found: Effect[] = [];
  try {
    run.toTheEnd(() => begin(run, code, handler));
  } catch (error) {
    // A defect in reading somebody's code says nothing of the code: what it does is not known then.
    if (error instanceof DeclarationError) throw error;
    if (error instanceof TooLargeError) found.push(outcome(`is too large to be looked at: ${error.message}`));
    else if (error instanceof RangeError) found.push(outcome('is too deeply nested to be looked at'));
    else throw error;
  }
  return {
    version: reportVersion,
    handler,
    effects: [...run.findings.all(), ...found],
    declared: declarations.function.facts,
  };
}

function begin(run: Run, code: CodeFiles, handler: string): void {
  const { module, exportPath } = split(handler);
  const path = ['.js', '.mjs', '.cjs', '/index.js', '']
    .map((ending) => module + ending)
    .find((each) => code.paths.has(each));
  if (path === undefined) return run.findings.problem(`has no file ${module}, which its handler names`, module);
  const opened = run.open(path);
  if (typeof opened === 'string') return;
  const site = { node: opened.program, frame: opened.frame };
  const [first = 'handler', ...rest] = exportPath;
  const value = rest.reduce<Value>((all, name) => run.member(all, constant(name), site), opened.export(first));
  const callable = value.filter(({ kind }) => kind === 'function' || kind === 'outside' || kind === 'unknown');
  if (callable.length === 0)
    return run.findings.problem(`has a handler that is no function, as far as can be told`, path);
  const args = [data, outside('context'), outside('pure')];
  run.call(callable, [], args, site);
}
