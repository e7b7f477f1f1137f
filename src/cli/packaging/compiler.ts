import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import { countedBuild } from '../../model/builds.ts';
import { bundle } from '../../sdk/code/bundle.ts';
import { CliError, exitCodes } from '../exit.ts';
import { isCompiled } from './entry.ts';
import type { FoundPortions } from './portions/find-portions.ts';

/** A file that Node can run, made of one that it cannot, line for line. */
export interface Compiled {
  /** Absolute, beside the source. */
  readonly path: string;
  readonly code: string;
  /** Missing of what takes the place of a portion. */
  readonly map?: string;
}

type Format = 'esm' | 'cjs';

const types: Readonly<Record<string, string>> = { '.mts': '.mjs', '.cts': '.cjs' };

/** Whether a file is a package's from a registry, and so is left as it is. */
function isInstalled(path: string): boolean {
  return path.includes('/node_modules/');
}

/** Walks up from a file to the nearest one of this name. */
function nearest(name: string, from: string): string | undefined {
  const path = join(from, name);
  if (existsSync(path)) return path;
  const parent = dirname(from);
  return parent === from ? undefined : nearest(name, parent);
}

/** What package.json says of the files below it. */
function declaredFormat(path: string): Format | undefined {
  if (/\.[cm]ts$/.test(path)) return path.endsWith('.mts') ? 'esm' : 'cjs';
  const manifest = nearest('package.json', dirname(path));
  if (manifest === undefined) return undefined;
  const { type }: { type?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (type === 'module') return 'esm';
  return type === 'commonjs' ? 'cjs' : undefined;
}

/** Whether tsconfig.json wants the types of parameters written down for decorators, which esbuild does not do. */
async function wantsMetadata(path: string, text: string): Promise<boolean> {
  if (!/^\s*@\w/m.test(text)) return false;
  for (let config = nearest('tsconfig.json', dirname(path)); config !== undefined;) {
    const content = await readFile(config, 'utf8').catch(() => '');
    const [, value] = /"emitDecoratorMetadata"\s*:\s*(true|false)/.exec(content) ?? [];
    if (value !== undefined) return value === 'true';
    const [, base] = /"extends"\s*:\s*"(\.[^"]*)"/.exec(content) ?? [];
    if (base === undefined) return false;
    config = join(dirname(config), base.endsWith('.json') ? base : `${base}.json`);
  }
  return false;
}

/** The part of TypeScript's interface that is used here; version 7 has none. */
interface TypeScript {
  transpileModule(text: string, options: object): { readonly outputText: string };
}

function isTypeScript(value: unknown): value is TypeScript {
  return typeof value === 'object' && value !== null && 'transpileModule' in value;
}

function typescriptOf(path: string): TypeScript | undefined {
  try {
    const found: unknown = createRequire(path)('typescript');
    return isTypeScript(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The project's own TypeScript compiles a file with its decorators' metadata. Throws CliError where it cannot. */
function withMetadata(path: string, text: string): string {
  const typescript = typescriptOf(path);
  if (typescript === undefined)
    throw new CliError(
      `${path} has decorators, and tsconfig.json sets emitDecoratorMetadata, which only TypeScript itself (up to version 6) can do.`,
      exitCodes.usage,
      { hint: 'Install typescript@5 in the project, or build it first and deploy what was built.' },
    );
  const { outputText } = typescript.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: 'ES2022',
      module: 'ESNext',
      jsx: 'preserve',
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
      inlineSourceMap: true,
      inlineSources: false,
    },
  });
  return outputText;
}

/**
 * Makes each source of the user's that Node cannot run as it is (TypeScript, JSX) into one that it can, at the same place: what the code
 * finds beside itself stays there. Imports of other sources are written anew, to name what those become.
 */
export class Compiler {
  /** What it compiles for. */
  readonly runtime: string;
  readonly #compiled = new Map<string, Promise<Compiled>>();
  /** What Node decides by syntax where nothing says what a file is. */
  readonly #fallback: Format;
  readonly #portions: FoundPortions;

  private constructor(runtime: string, fallback: Format, portions: FoundPortions) {
    this.runtime = runtime;
    this.#fallback = fallback;
    this.#portions = portions;
  }

  /** `sources`: the user's own files, as far as they are known. `portions`: in whose place others go. */
  static async create(runtime: string, sources: readonly string[], portions: FoundPortions): Promise<Compiler> {
    const esbuild = await import('esbuild');
    let fallback: Format = 'cjs';
    for (const path of sources.filter((source) => isCompiled(source) && declaredFormat(source) === undefined)) {
      const text = await readFile(path, 'utf8');
      const loader = path.endsWith('x') ? 'tsx' : 'ts';
      const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
      const isEsOnly = await countedBuild(() =>
        esbuild.transform(text, { loader, format: 'cjs', logLevel: 'silent', tsconfigRaw }),
      ).then(
        ({ warnings }) => warnings.some(({ id }) => id === 'empty-import-meta'),
        (error: unknown) => error instanceof Error && /top-level await/i.test(error.message),
      );
      if (isEsOnly) fallback = 'esm';
    }
    return new Compiler(runtime, fallback, portions);
  }

  /** Where a source's compiled file lies. Nothing else says of a `.js` what it is, so there an ES module is an `.mjs`. */
  pathOf(path: string): string {
    const type = extname(path);
    const isMarked = declaredFormat(path) !== undefined || this.#fallback === 'cjs';
    return path.slice(0, path.length - type.length) + (types[type] ?? (isMarked ? '.js' : '.mjs'));
  }

  /** Gives undefined for what is sent as it is. */
  async compile(path: string): Promise<Compiled | undefined> {
    if (!this.#portions.has(path) && (!isCompiled(path) || isInstalled(path))) return undefined;
    const known = this.#compiled.get(path);
    if (known !== undefined) return await known;
    const made = this.#make(path);
    this.#compiled.set(path, made);
    return await made;
  }

  /** What was compiled so far. */
  async all(): Promise<readonly (Compiled & { readonly source: string })[]> {
    return await Promise.all([...this.#compiled].map(async ([source, made]) => ({ source, ...(await made) })));
  }

  async #make(path: string): Promise<Compiled> {
    const format = declaredFormat(path) ?? this.#fallback;
    const target = isCompiled(path) ? this.pathOf(path) : path;
    const portion = this.#portions.textOf(path, format === 'cjs' || target.endsWith('.cjs'));
    if (portion !== undefined) return { path: target, code: portion };
    const { files } = await bundle(path, this.runtime, {
      ...this.#optionsOf(path, format),
      outfile: `/${basename(target)}`,
    });
    const text = (kind: RegExp): string => files.find((file) => kind.test(file.path))?.text ?? '';
    const code = text(/\.[cm]?js$/);
    const map: { sources: string[] } = JSON.parse(text(/\.map$/));
    map.sources = map.sources.map(() => basename(path));
    return { path: target, code: format === 'esm' ? withRequire(code) : code, map: JSON.stringify(map) };
  }

  #optionsOf(path: string, format: Format): BuildOptions {
    const places = { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' };
    return {
      entryPoints: [path],
      absWorkingDir: dirname(path),
      format,
      banner: {},
      sourcesContent: false,
      keepNames: true,
      ...(format === 'esm' && { define: places }),
      plugins: [renamed((source) => this.pathOf(source)), metadata()],
    };
  }
}

/** An ES module has no `require`; sources that were written for both may use it. On the first line, so that no line moves. */
function withRequire(code: string): string {
  if (!code.includes('__require(')) return code;
  return `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); ${code}`;
}

/** Leaves every import outside; those of sources that are compiled, too, by the names that they will have. */
function renamed(pathOf: (source: string) => string): Plugin {
  const asked = Symbol('asked');
  return {
    name: 'renamed',
    setup: (build) => {
      build.onResolve({ filter: /.*/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === asked || kind === 'entry-point') return undefined;
        const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: asked });
        const isOwn =
          found.errors.length === 0 && !found.external && found.namespace === 'file' && !isInstalled(found.path);
        if (!isOwn || isOurs(found.path))
          return { path: path === 'heddle/worker_threads' ? 'node:worker_threads' : path, external: true };
        const target = relative(dirname(importer), isCompiled(found.path) ? pathOf(found.path) : found.path);
        return { path: target.startsWith('.') ? target : `./${target}`, external: true };
      });
    },
  };
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Whether it is a file of Heddle itself, which a program finds as the package `heddle`. */
function isOurs(path: string): boolean {
  return path.startsWith(join(root, 'src', 'sdk')) || path.startsWith(join(root, 'dist'));
}

function metadata(): Plugin {
  return {
    name: 'metadata',
    setup: (build) => {
      build.onLoad({ filter: /\.[cm]?tsx?$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!(await wantsMetadata(path, text))) return undefined;
        return { contents: withMetadata(path, text), loader: path.endsWith('x') ? 'jsx' : 'js' };
      });
    },
  };
}

/** Whether any of these needs TypeScript itself, and so cannot be bundled by esbuild alone. */
export async function someNeedMetadata(paths: readonly string[]): Promise<boolean> {
  for (const path of paths)
    if (isCompiled(path) && !isInstalled(path) && (await wantsMetadata(path, await readFile(path, 'utf8'))))
      return true;
  return false;
}
