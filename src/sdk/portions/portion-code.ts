import type { CodeFile } from '../../model/functions/code.ts';
import { entryFile, threadCode, type ThreadCode } from '../code/thread-code.ts';

/** A portion's code that comes as text. */
export interface SourceOptions {
  /** What stacks call its file; `source` where nothing is said. */
  readonly name?: string | undefined;
  /** `typescript`: Node takes the types away, in the portion. */
  readonly language?: 'javascript' | 'typescript' | undefined;
}

const callsFile = 'heddle-calls.mjs';
const globalsFile = 'heddle-globals.mjs';
const ownFile = 'heddle-own.mjs';

function file(path: string, text: string): CodeFile {
  return { path, mode: 0o644, data: Buffer.from(text) };
}

/** What asks in the portion, of whoever serves its calls (calls.ts): a function for each name. */
function callsText(names: readonly string[]): string {
  return `const waiting = new WeakMap();
let last = 0;
function waitingOn(port) {
  const known = waiting.get(port);
  if (known !== undefined) return known;
  const asked = new Map();
  waiting.set(port, asked);
  port.on('message', ([id, ok, value]) => {
    const one = asked.get(id);
    asked.delete(id);
    if (ok) one?.resolve(value);
    else one?.reject(Object.assign(new Error(value.message), { name: value.name }));
  });
  return asked;
}
const ask = (name) => (...args) =>
  new Promise((resolve, reject) => {
    const { port } = globalThis[Symbol.for('heddle.thread')];
    const asked = waitingOn(port);
    last += 1;
    asked.set(last, { resolve, reject });
    port.postMessage([last, name, args]);
  });
export const calls = Object.freeze(Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, ask(name)])));
`;
}

/** The code of functions that take the program's calls as their first argument. Names of exports are those of the code. */
export function withCalls(code: ThreadCode, names: readonly string[]): ThreadCode {
  if (names.length === 0) return code;
  const files = code.files.map((one) => (one.path === entryFile ? { ...one, path: ownFile } : one));
  const given = code.exports.map((name, index) => {
    const local = `given${index}`;
    return `const ${local} = (...args) => own[${JSON.stringify(name)}](calls, ...args);\nexport { ${local} as ${JSON.stringify(name)} };`;
  });
  const entry = [`import { calls } from './${callsFile}';`, `import * as own from './${ownFile}';`, ...given];
  return threadCode(
    [...files, file(callsFile, callsText(names)), file(entryFile, `${entry.join('\n')}\n`)],
    code.exports,
  );
}

/** The code of a module that came as text; the program's calls are there as globals, by their names. */
export function sourceCode(
  text: string,
  { name = 'source', language }: SourceOptions,
  calls: readonly string[],
): ThreadCode {
  const place = `portion/${name.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}`;
  const code = `${text}\n//# sourceURL=${place}\n`;
  if (calls.length === 0 && language !== 'typescript') return threadCode([file(entryFile, code)], []);
  const own = language === 'typescript' ? 'heddle-own.mts' : ownFile;
  const entry = `import './${globalsFile}';\nexport * from './${own}';\nimport * as own from './${own}';\nexport default own.default;\n`;
  const globals = `import { calls } from './${callsFile}';\nObject.assign(globalThis, calls);\n`;
  const files = [
    file(own, code),
    file(callsFile, callsText(calls)),
    file(globalsFile, globals),
    file(entryFile, entry),
  ];
  return threadCode(files, []);
}
