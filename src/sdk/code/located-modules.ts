import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Plugin } from 'esbuild';
import { checkAddon } from './native-addon.ts';

/** Folder of the bundle in which every module and file keeps its place beside the others. */
const filesFolder = 'files';

const loaders: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' };

/** The settings that decide what TypeScript means here: those of the nearest tsconfig.json, without what it extends. */
function tsconfigOf(folder: string): string | undefined {
  const path = join(folder, 'tsconfig.json');
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const parent = dirname(folder);
  return parent === folder ? undefined : tsconfigOf(parent);
}

/** The deepest folder that all paths are in. */
function commonFolder(paths: readonly string[]): string {
  const [first = '/', ...others] = paths.map((path) => dirname(path));
  let folder = first;
  for (const other of others)
    while (folder !== '/' && other !== folder && !other.startsWith(`${folder}/`)) folder = dirname(folder);
  return folder;
}

/**
 * Modules that ask where they are (`import.meta.url`, `__dirname` and the like) keep an answer of their own inside a
 * bundle: below `files/`, where files that come along lie beside them as they did before.
 */
export class LocatedModules {
  /** Paths by the name of the constant that says where they are. */
  readonly #places = new Map<string, string>();
  readonly #addons = new Set<string>();

  /** Native add-ons that the bundle asks for: absolute paths. */
  get addons(): readonly string[] {
    return [...this.#addons];
  }

  #nameOf(path: string): string {
    const name = `__at_${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
    this.#places.set(name, path);
    return name;
  }

  /** Finds such modules while esbuild bundles. Throws, through esbuild, where a native add-on cannot run in a thread. */
  plugin(): Plugin {
    return {
      name: 'located-modules',
      setup: (build) => {
        build.onLoad({ filter: /\.node$/, namespace: 'file' }, async ({ path }) => {
          const problem = await checkAddon(path);
          if (problem !== undefined) return { errors: [{ text: problem }] };
          this.#addons.add(path);
          return { contents: `module.exports = require(${this.#nameOf(path)}.filename);`, loader: 'js' };
        });
        build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
          const text = await readFile(path, 'utf8');
          if (!/\b__(dirname|filename)\b|\bimport\s*\.\s*meta\b/.test(text)) return undefined;
          const name = this.#nameOf(path);
          const loader = loaders[extname(path)] ?? 'jsx';
          const tsconfigRaw = loader.startsWith('ts') ? tsconfigOf(dirname(path)) : undefined;
          const { code } = await build.esbuild.transform(text, {
            loader,
            jsx: 'preserve',
            sourcefile: pathToFileURL(path).href,
            sourcemap: 'inline',
            sourcesContent: false,
            ...(tsconfigRaw !== undefined && { tsconfigRaw }),
            define: {
              'import.meta.url': `${name}.url`,
              'import.meta.dirname': `${name}.dirname`,
              'import.meta.filename': `${name}.filename`,
              __dirname: `${name}.dirname`,
              __filename: `${name}.filename`,
            },
          });
          return { contents: code, loader: 'jsx' };
        });
      },
    };
  }

  /** Where things lie in the bundle, now that all modules are known and these files come along. */
  layout(files: readonly string[]): Layout {
    const root = commonFolder([...this.#places.values(), ...files]);
    const pathOf = (path: string): string => join(filesFolder, relative(root, path));
    return { pathOf, declarations: this.#declarations(pathOf) };
  }

  #declarations(pathOf: (path: string) => string): string {
    if (this.#places.size === 0) return '';
    const constants = [...this.#places]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, path]) => `${name} = __at(${JSON.stringify(pathToFileURL(`/${pathOf(path)}`).pathname)})`);
    return `${locate} const ${constants.join(', ')};`;
  }
}

/** The places that modules and files have in a bundle. */
export interface Layout {
  /** An absolute path's place, relative to the bundle's root. */
  readonly pathOf: (path: string) => string;
  /** Code for the first line of the bundle. */
  readonly declarations: string;
}

const locate =
  "import { fileURLToPath as __toPath } from 'node:url'; const __at = (path) => { " +
  "const url = new URL(`.${path}`, import.meta.url).href, filename = __toPath(url); return { url, filename, dirname: filename.slice(0, filename.lastIndexOf('/')) }; };";
