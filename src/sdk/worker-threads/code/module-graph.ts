import { dirname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { isBuildFailure } from '../../code/bundle.ts';
import { createdRequires } from './created-requires.ts';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

/** The files that modules come to, and what they ask for by names that a folder alone does not explain. */
export interface ModuleGraph {
  /** Absolute paths, package.json files that decide about them included. */
  readonly files: readonly string[];
  /** Absolute paths by asking file and `import NAME` or `require NAME`. */
  readonly found: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where a graph begins: files, or code that a Worker evaluates in a folder. */
export interface GraphRoots {
  readonly files: readonly string[];
  readonly code?: { readonly text: string; readonly folder: string };
}

const triesMax = 16;
const notModules = ['.node', '.wasm', '.html', '.css', '.txt', '.md', '.pem', '.svg', '.png'];

/**
 * Finds everything that modules import, by esbuild, which writes nothing. What cannot be found or parsed is left for Node to
 * complain about where the module runs.
 */
export async function moduleGraph(roots: GraphRoots): Promise<ModuleGraph> {
  const external = new Set(['heddle', 'heddle/*']);
  const opaque = new Set<string>();
  for (let tries = 0; ; tries++) {
    try {
      const graph = graphOf(await metafileOf(roots, [...external], opaque));
      const known = new Set(graph.files);
      const more = graph.files.flatMap(createdRequires).filter((path) => !known.has(path));
      if (more.length === 0) return graph;
      return await moduleGraph({ ...roots, files: [...new Set([...roots.files, ...more])] });
    } catch (error) {
      if (!isBuildFailure(error) || tries === triesMax) return graphOf({ inputs: {}, outputs: {} }, roots.files);
      for (const { text, location } of error.errors) {
        const name = /^Could not resolve "(.*)"/.exec(text)?.[1];
        if (name !== undefined) external.add(name);
        else if (location !== null) opaque.add(join('/', location.file));
      }
    }
  }
}

async function metafileOf(
  { files, code }: GraphRoots,
  external: string[],
  opaque: ReadonlySet<string>,
): Promise<Metafile> {
  const { build } = await import('esbuild');
  const entry: BuildOptions = {
    entryPoints: code === undefined ? [...files] : [...files, 'heddle-evaluated'],
  };
  const { metafile } = await build({
    ...entry,
    absWorkingDir: '/',
    outdir: '/out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    // Node knows no such condition.
    conditions: [],
    mainFields: ['main'],
    logLevel: 'silent',
    loader: Object.fromEntries(notModules.map((extension) => [extension, 'empty'])),
    external,
    plugins: [entries(code, opaque)],
  });
  return metafile;
}

/** Gives esbuild the evaluated code, and nothing in place of what it cannot parse. */
function entries(code: GraphRoots['code'], opaque: ReadonlySet<string>): Plugin {
  return {
    name: 'worker-entries',
    setup: (build) => {
      build.onResolve({ filter: /^heddle-evaluated$/ }, ({ path }) => ({ path, namespace: 'evaluated' }));
      build.onLoad({ filter: /.*/, namespace: 'evaluated' }, () =>
        opaque.has('/evaluated:heddle-evaluated')
          ? { contents: '' }
          : { contents: code?.text ?? '', resolveDir: code?.folder ?? '/', loader: 'js' },
      );
      build.onLoad({ filter: /.*/ }, ({ path }) => (opaque.has(path) ? { contents: '', loader: 'js' } : undefined));
    },
  };
}

function graphOf({ inputs }: Metafile, more: readonly string[] = []): ModuleGraph {
  const files = new Set(more);
  const found: Record<string, Record<string, string>> = {};
  for (const [key, { imports }] of Object.entries(inputs)) {
    const isFile = !key.startsWith('evaluated:');
    const path = join('/', key);
    if (isFile) files.add(path);
    const asked: Record<string, string> = {};
    for (const { kind, original, path: target, external } of imports)
      if (external !== true && original !== undefined && !/^\.{0,2}\//.test(original))
        asked[`${kind.startsWith('require') ? 'require' : 'import'} ${original}`] = join('/', target);
    if (Object.keys(asked).length > 0) found[isFile ? path : 'evaluated'] = asked;
  }
  return { files: [...files, ...manifestsOf(files)].sort(), found };
}

/** The package.json files of the folders that files are in. */
function manifestsOf(files: Iterable<string>): Set<string> {
  const manifests = new Set<string>();
  const seen = new Set<string>();
  for (const file of files)
    for (let folder = dirname(file); !seen.has(folder); folder = resolve(folder, '..')) {
      seen.add(folder);
      if (existsSync(join(folder, 'package.json'))) manifests.add(join(folder, 'package.json'));
    }
  return manifests;
}
