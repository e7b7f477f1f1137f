// What of a function's environment Node itself would have to be started with, and what a Node that runs already can do. Node: cli.md,
// "NODE_OPTIONS=options..."; src/node_options.cc, ParseNodeOptionsEnvVar.

import { asksLoader } from './default-environment.ts';

/** A module that is to run before the function's own, in the order given. */
export interface Preload {
  readonly by: 'require' | 'import';
  readonly specifier: string;
}

/** What a running Node can still be told. */
export interface NodeSettings {
  readonly stackTraceLimit?: number;
  readonly sourceMaps?: true;
  readonly noWarnings?: true;
  readonly traceWarnings?: true;
  readonly noDeprecation?: true;
  readonly traceDeprecation?: true;
  readonly throwDeprecation?: true;
}

/** What a function asks of its Node. */
export type NodePlan =
  | { readonly by: 'running'; readonly preloads: readonly Preload[]; readonly settings: NodeSettings }
  /** Only a Node that is started so will do; `because` names the first thing that asks for it. */
  | { readonly by: 'own'; readonly because: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Read by Node at its start only, and not again. */
const readAtStart = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_DEBUG',
  'NODE_PENDING_DEPRECATION',
  'NODE_V8_COVERAGE',
  'NODE_COMPILE_CACHE',
  'UV_THREADPOOL_SIZE',
  'OPENSSL_CONF',
] as const;

/** What this environment asks of the Node that is to run a function. Pure. */
export function nodePlan(environment: Environment): NodePlan {
  const wrapper = environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (wrapper !== undefined && wrapper !== '') return { by: 'own', because: `AWS_LAMBDA_EXEC_WRAPPER ${wrapper}` };
  for (const name of readAtStart) if ((environment[name] ?? '') !== '') return { by: 'own', because: name };
  const quiet: NodeSettings = environment['NODE_NO_WARNINGS'] === '1' ? { noWarnings: true } : {};
  if (asksLoader(environment)) return { by: 'own', because: 'LD_LIBRARY_PATH or LD_PRELOAD' };
  const options = environment['NODE_OPTIONS'] ?? '';
  return options === '' ? { by: 'running', preloads: [], settings: quiet } : planOf(splitOptions(options), quiet);
}

function planOf(words: readonly string[] | undefined, quiet: NodeSettings): NodePlan {
  if (words === undefined) return { by: 'own', because: 'a quotation mark in NODE_OPTIONS that does not end' };
  const preloads: Preload[] = [];
  const settings: NodeSettings = { ...quiet };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const preload = preloadOf(word, words[index + 1]);
    if (preload !== undefined) {
      preloads.push(preload);
      if (!word.includes('=')) index += 1;
      continue;
    }
    const setting = settingOf(word);
    if (setting === undefined) return { by: 'own', because: `${word.slice(0, 100)} in NODE_OPTIONS` };
    Object.assign(settings, setting);
  }
  // Whatever their order, Node loads what is required before what is imported.
  const ordered = [...preloads.filter(({ by }) => by === 'require'), ...preloads.filter(({ by }) => by === 'import')];
  return { by: 'running', preloads: ordered, settings };
}

function preloadOf(word: string, next: string | undefined): Preload | undefined {
  const [, name, value = next] = /^(--require|-r|--import)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === undefined || value === undefined || value === '' || (value === next && value.startsWith('-')))
    return undefined;
  return { by: name === '--import' ? 'import' : 'require', specifier: value };
}

function settingOf(word: string): NodeSettings | undefined {
  // V8's options may be written with underscores; Node's own may, too.
  const option = word.replaceAll('_', '-');
  const limit = /^--stack-trace-limit=(\d{1,9})$/.exec(option)?.[1];
  if (limit !== undefined) return { stackTraceLimit: Number(limit) };
  switch (option) {
    case '--enable-source-maps':
      return { sourceMaps: true };
    case '--no-warnings':
      return { noWarnings: true };
    case '--trace-warnings':
      return { traceWarnings: true };
    case '--no-deprecation':
      return { noDeprecation: true };
    case '--trace-deprecation':
      return { traceDeprecation: true };
    case '--throw-deprecation':
      return { throwDeprecation: true };
    default:
      return undefined;
  }
}

/** Splits as Node does: at blanks, but not within double quotes, where a backslash makes the next character an ordinary one. Undefined where they do not end. */
export function splitOptions(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    let letter = text[at] ?? '';
    if (letter === '\\' && quoted) {
      at += 1;
      if (at >= text.length) return undefined;
      letter = text[at] ?? '';
    } else if (letter === ' ' && !quoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    } else if (letter === '"') {
      quoted = !quoted;
      word ??= '';
      continue;
    }
    word = (word ?? '') + letter;
  }
  if (quoted) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
