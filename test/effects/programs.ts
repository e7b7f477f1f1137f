import { readFileSync } from 'node:fs';
import { build, transform } from 'esbuild';
import { analyse } from '../../src/effects/analyse.ts';
import {
  type Characteristic,
  characteristics,
  verdictsOf,
  type Verdicts,
} from '../../src/effects/characteristics/characteristics.ts';
import { codeFilesOf } from '../../src/effects/code/code-files.ts';
import { functionNamed } from '../../src/effects/operations/aws.ts';
import { callGraph } from '../../src/effects/graph/called.ts';
import type { Answer, Report } from '../../src/effects/model/effect.ts';

/** One program of the corpus: its files, those of the functions that it calls, and the right answer. */
export interface Program {
  readonly name: string;
  readonly functions: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly effects: readonly string[];
  readonly answers: Readonly<Record<Characteristic, Answer>>;
}

type Files = ReadonlyMap<string, string>;

/** Reads the programs of a file of the corpus (corpus/README.md). */
export function readPrograms(file: string): readonly Program[] {
  const text = readFileSync(new URL(`corpus/${file}`, import.meta.url), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const name = section.slice(0, section.indexOf('\n')).trim();
      const functions = new Map<string, Map<string, string>>();
      let answer = '';
      for (const [, head = '', body = ''] of section.matchAll(/^```(.*)\n([^]*?)^```$/gm)) {
        if (head === 'answer') answer = body;
        else {
          const [, path = ''] = head.split(' ');
          const [owner, own] = path.includes(':') ? path.split(':') : ['', path];
          const files = functions.get(owner ?? '') ?? new Map<string, string>();
          functions.set(owner ?? '', files.set(own ?? '', body));
        }
      }
      return { name, functions, ...readAnswer(answer) };
    });
}

function readAnswer(text: string): Pick<Program, 'effects' | 'answers'> {
  const line = (head: string): readonly string[] =>
    (new RegExp(`^${head}:(.*)$`, 'm').exec(text)?.[1] ?? '')
      .split(/[;,]/)
      .map((each) => each.trim())
      .filter((each) => each !== '');
  const of = (name: Characteristic): Answer =>
    line('is').includes(name) ? 'yes' : line('is not').includes(name) ? 'no' : 'unknown';
  return {
    effects: line('effects'),
    answers: Object.fromEntries(characteristics.map((name) => [name, of(name)])) as Program['answers'],
  };
}

function zipped(files: Files): ReturnType<typeof codeFilesOf> {
  return codeFilesOf([...files].map(([path, text]) => ({ path, data: Buffer.from(text) })));
}

/** Each file on its own, as TypeScript's compiler would leave it. */
async function separate(files: Files): Promise<Files> {
  const made = new Map<string, string>();
  for (const [path, text] of files) {
    if (!path.endsWith('.ts')) made.set(path, text);
    else
      made.set(
        path.replace(/\.ts$/, '.mjs'),
        (await transform(text, { loader: 'ts', sourcemap: 'inline', sourcefile: path })).code,
      );
  }
  return made;
}

/** One bundle, with what is not among the files left outside. What only running it would tell, esbuild does not bundle. */
async function bundled(files: Files): Promise<Files> {
  if ([...files.values()].some((text) => /require\('[^']*' \+/.test(text))) return await separate(files);
  const entry = [...files.keys()].find((path) => path.startsWith('index.')) ?? '';
  const manifest = (name: string): { main?: string } =>
    JSON.parse(files.get(`node_modules/${name}/package.json`) ?? '{}') as { main?: string };
  const { outputFiles } = await build({
    stdin: { contents: files.get(entry) ?? '', sourcefile: entry, loader: 'ts', resolveDir: '/' },
    bundle: true,
    platform: 'node',
    format: entry.endsWith('.js') ? 'cjs' : 'esm',
    write: false,
    outfile: '/index.js',
    sourcemap: 'linked',
    logLevel: 'silent',
    keepNames: true,
    plugins: [
      {
        name: 'corpus',
        setup: (building) => {
          building.onResolve({ filter: /.*/ }, ({ path }) => {
            const own = path.replace(/^\.\//, '');
            if (files.has(own)) return { path: own, namespace: 'corpus' };
            const main = `node_modules/${path}/${manifest(path).main ?? 'index.js'}`;
            return files.has(main) ? { path: main, namespace: 'corpus' } : { path, external: true };
          });
          building.onLoad({ filter: /.*/, namespace: 'corpus' }, ({ path }) => ({
            contents: files.get(path) ?? '',
            loader: 'ts',
          }));
        },
      },
    ],
  });
  const made = new Map(outputFiles.map(({ path, text }) => [path.slice(1), text]));
  const declarations = files.get('heddle.effects.json');
  return declarations === undefined ? made : made.set('heddle.effects.json', declarations);
}

/** How a program's files become a function's code. */
export const shapes: Readonly<Record<string, (files: Files) => Promise<Files>>> = { separate, bundled };

/** What the analysis says of a program. */
export async function judged(
  program: Program,
  shape: (files: Files) => Promise<Files>,
): Promise<{ readonly report: Report; readonly verdicts: Verdicts }> {
  const reports = new Map<string, Report>();
  for (const [name, files] of program.functions)
    reports.set(name === '' ? program.name : name, analyse(zipped(await shape(files)), 'index.handler'));
  const report = reports.get(program.name);
  if (report === undefined) throw new Error(`${program.name} has no code of its own.`);
  const graph = await callGraph(report, (name) => {
    const found = reports.get(functionNamed(name));
    return Promise.resolve(found === undefined ? [] : [{ name, report: found }]);
  });
  return { report, verdicts: verdictsOf(program.name, report, graph) };
}
