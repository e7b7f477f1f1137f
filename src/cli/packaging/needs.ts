import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import type { FoundPortions } from './portions/find-portions.ts';
import { bundle } from '../../sdk/code/bundle.ts';
import { commonJsNames } from '../../sdk/code/common-js-names.ts';
import type { Exports } from './exports.ts';
import { ownName } from './own-package.ts';
import { isOfRuntime } from './runtime-packages.ts';

/** What a look at all that an entry imports found out. */
export interface Needs {
  /** Why one bundle could lose something; none if it is shown that nothing is lost. */
  readonly reasons: readonly string[];
  /** The entry's exports; undefined where reading does not tell. */
  readonly exports: Exports | undefined;
  /** Packages that the runtime brings along. */
  readonly ofRuntime: readonly string[];
  /** All files that are imported, by absolute path, and what they import of each other. */
  readonly files: ReadonlyMap<string, { readonly esModule: boolean; readonly imports: readonly string[] }>;
}

/** What a bundle answers otherwise than the files do. Each becomes a name that can be found again in what is made. */
const asksWhere = [
  ...[
    '__dirname',
    '__filename',
    'import.meta.url',
    'import.meta.dirname',
    'import.meta.filename',
    'import.meta.resolve',
  ],
  ...['require.resolve', 'require.main', 'require.cache', 'require.extensions', 'module.require'],
  ...['process.cwd', 'process.dlopen'],
];
const marker = (index: number): string => `__heddleAsks${index}`;

/** Modules of Node by which code reads files, starts programs, or loads code that no import names. */
const reaching = new Set(['fs', 'fs/promises', 'child_process', 'worker_threads', 'cluster', 'module', 'vm', 'sqlite']);

const warnings: Readonly<Record<string, string>> = {
  'unsupported-require-call': 'requires a module by a name that is only known when it runs',
  'indirect-require': 'passes `require` on',
  'unsupported-dynamic-import': 'imports a module by a name that is only known when it runs',
  'require-resolve-not-external': 'asks where a module is',
  'direct-eval': 'runs code that is made when it runs',
};

/** Packages that are not there: left to the runtime, or to whoever catches their absence. */
class Missing {
  readonly ofRuntime = new Set<string>();
  readonly optional: { readonly name: string; readonly importer: string }[] = [];

  plugin(): Plugin {
    const asked = Symbol('asked');
    return {
      name: 'missing',
      setup: (build) => {
        build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
          if (pluginData === asked || kind === 'entry-point' || isBuiltin(path)) return undefined;
          if (path === ownName) return { path, external: true };
          const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: asked });
          if (found.errors.length === 0) return found.path.endsWith('.node') ? { path, external: true } : undefined;
          if (isOfRuntime(path)) {
            this.ofRuntime.add(path);
            return { path, external: true };
          }
          // The user's own import of what is not installed is a mistake; a package may try whether its peer is there.
          if (kind === 'import-statement' && !importer.includes('/node_modules/')) return undefined;
          this.optional.push({ name: path, importer });
          return { path, external: true };
        });
        build.onLoad({ filter: /\.node$/ }, () => ({ contents: '', loader: 'js' }));
      },
    };
  }
}

/** A file as a person knows it: from the folder, or in its package. */
function shortName(folder: string, path: string): string {
  const packaged = path.lastIndexOf('/node_modules/');
  return packaged < 0 ? relative(folder, path) : path.slice(packaged + 1);
}

/** The module that a place in a bundle is of: esbuild writes its name above it. */
function moduleAt(text: string, at: number, folder: string): string {
  const [, path] = [...text.slice(0, at).matchAll(/^\/\/ (\S+\.[cm]?[jt]sx?)$/gm)].at(-1) ?? [];
  return path === undefined ? 'it' : shortName(folder, join('/', path));
}

function esbuildReasons(
  text: string,
  metafile: Metafile,
  folder: string,
  missing: ReadonlySet<string>,
): readonly string[] {
  const reasons: string[] = [];
  asksWhere.forEach((name, index) => {
    const at = text.search(new RegExp(`\\b${marker(index)}\\b`));
    if (at >= 0) reasons.push(`${moduleAt(text, at, folder)} uses \`${name}\``);
  });
  // What esbuild makes of a path that is put together finds files by their whole names only, where Node tries several.
  if (/\b__glob\(/.test(text)) reasons.push('it loads a module by a name that is only known when it runs');
  const included = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([key, { bytesInOutput }]) => (bytesInOutput > 0 ? [key] : [])),
  );
  for (const key of included) {
    for (const { path, external } of metafile.inputs[key]?.imports ?? []) {
      const name = path.replace(/^node:/, '');
      if (external !== true) continue;
      const who = shortName(folder, join('/', key));
      if (reaching.has(name)) reasons.push(`${who} uses node:${name}`);
      else if (
        path !== ownName &&
        !missing.has(path) &&
        !isBuiltin(path) &&
        !path.startsWith('<') &&
        !isOfRuntime(path)
      )
        reasons.push(`${who} needs ${path} as it is`);
    }
    if (key.endsWith('.node')) reasons.push(`${shortName(folder, join('/', key))} is native code`);
  }
  return reasons;
}

/**
 * Looks at all that an entry imports. Throws CodeError in esbuild's words where something of the user's own cannot be found or read.
 * `folder`: what messages name files by. Of what runs apart it sees what takes its place.
 */
export async function findNeeds(
  entry: string,
  folder: string,
  runtime: string,
  portions: FoundPortions,
): Promise<Needs> {
  const missing = new Missing();
  const define = Object.fromEntries(asksWhere.map((name, index) => [name, marker(index)]));
  const {
    files,
    metafile,
    warnings: said,
  } = await bundle(entry, runtime, {
    entryPoints: [entry],
    absWorkingDir: '/',
    sourcemap: false,
    banner: {},
    alias: { 'heddle/worker_threads': 'node:worker_threads' },
    define,
    logOverride: Object.fromEntries(Object.keys(warnings).map((id) => [id, 'warning'])),
    plugins: [portions.plugin(), missing.plugin()],
  });
  const text = files.map((file) => file.text).join('');
  const reasons = [
    ...said.flatMap(({ id, location }) => {
      const what = warnings[id];
      if (what === undefined) return [];
      const who = location === null ? 'it' : `${shortName(folder, join('/', location.file))}:${location.line}`;
      return [`${who} ${what}`];
    }),
    ...missing.optional.map(
      ({ name, importer }) => `${shortName(folder, importer)} tries "${name}", which is not installed`,
    ),
    ...esbuildReasons(text, metafile, folder, new Set(missing.optional.map(({ name }) => name))),
  ];
  const modules = Object.entries(metafile.inputs).filter(([key]) => !key.startsWith('<'));
  return {
    reasons: [...new Set(reasons)],
    exports: await exportsOf(metafile),
    ofRuntime: [...missing.ofRuntime],
    files: new Map(
      modules.map(([key, { format, imports }]) => [
        join('/', key),
        {
          esModule: format !== 'cjs',
          imports: imports.filter(({ external }) => external !== true).map(({ path }) => join('/', path)),
        },
      ]),
    ),
  };
}

async function exportsOf({ inputs, outputs }: Metafile): Promise<Exports | undefined> {
  const [output] = Object.values(outputs);
  const key = output?.entryPoint;
  if (output === undefined || key === undefined) return undefined;
  if (inputs[key]?.format !== 'cjs') {
    // What an external module passes on has names that only it knows.
    const passesOn = /\bexport\s*\*/.test(readFileSync(join('/', key), 'utf8'));
    const hasExternal = inputs[key]?.imports.some(({ external }) => external === true) ?? false;
    return passesOn && hasExternal ? undefined : { names: output.exports, certain: true };
  }
  const names = (await commonJsNames(key, { inputs, outputs })).filter((name) => name !== 'default');
  return { names, certain: false };
}
