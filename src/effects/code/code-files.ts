import { dirname, join, normalize } from 'node:path/posix';
import { effectLimits } from '../model/limits.ts';

/** The text of a file of the code, undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Files of a function's code. */
export interface CodeFiles {
  readonly paths: ReadonlySet<string>;
  readonly read: ReadFile;
}

/** What an import leads to. */
export type Resolved =
  | { readonly kind: 'file'; readonly path: string; readonly package: string | undefined }
  /** Not among the files: the platform's, the runtime's, or missing. */
  | { readonly kind: 'package'; readonly name: string };

const endings = ['', '.js', '.mjs', '.cjs', '.json', '/index.js', '/index.mjs', '/index.cjs'];

/** Files by their paths, of bytes. What is too large is there, and has no text. */
export function codeFilesOf(files: Iterable<{ readonly path: string; readonly data: Uint8Array }>): CodeFiles {
  const all = new Map([...files].map(({ path, data }) => [path, data]));
  return {
    paths: new Set(all.keys()),
    read: (path) => {
      const data = all.get(path);
      return data === undefined
        ? undefined
        : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
    },
  };
}

/** The name of a package in an import: `@scope/name` or `name`, without what is in it, or `node:` before it. */
export function packageOf(specifier: string): string {
  const name = specifier.replace(/^node:/, '');
  const [scope = '', rest = ''] = name.split('/');
  return scope.startsWith('@') ? `${scope}/${rest}` : scope;
}

/** The package that a file belongs to, if it is one's from a registry. */
export function packageOfPath(path: string): string | undefined {
  const at = path.lastIndexOf('node_modules/');
  return at < 0 ? undefined : packageOf(path.slice(at + 'node_modules/'.length));
}

function file({ paths }: CodeFiles, path: string): string | undefined {
  const found = endings.map((ending) => normalize(path + ending)).find((candidate) => paths.has(candidate));
  if (found !== undefined || !/\.[cm]?ts$/.test(path)) return found;
  // Sources name each other as they were before they were compiled.
  const compiled = path.replace(/\.([cm]?)ts$/, '.$1js');
  return [compiled, path.replace(/\.[cm]?ts$/, '.mjs'), path.replace(/\.[cm]?ts$/, '.js')].find((each) =>
    paths.has(each),
  );
}

function conditional(exports: unknown, depth = 0): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null || depth > 6) return undefined;
  for (const [condition, value] of Object.entries(exports)) {
    if (!['node', 'import', 'require', 'default', 'module', 'node-addons'].includes(condition)) continue;
    const found = conditional(Array.isArray(value) ? value[0] : value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function subpath(exports: unknown, wanted: string): string | undefined {
  if (typeof exports !== 'object' || exports === null || !Object.keys(exports).some((key) => key.startsWith('.')))
    return wanted === '.' ? conditional(exports) : undefined;
  for (const [key, value] of Object.entries(exports)) {
    if (key === wanted) return conditional(value);
    const [before = '', after] = key.split('*');
    if (after === undefined || !wanted.startsWith(before) || !wanted.endsWith(after)) continue;
    const middle = wanted.slice(before.length, wanted.length - after.length);
    return conditional(value)?.replaceAll('*', middle);
  }
  return undefined;
}

function manifestOf(code: CodeFiles, folder: string): Readonly<Record<string, unknown>> {
  const text = code.read(`${folder}/package.json`);
  if (text === undefined || text.length > effectLimits.declarationBytesMax) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function inPackage(code: CodeFiles, folder: string, wanted: string): string | undefined {
  const manifest = manifestOf(code, folder);
  const named = subpath(manifest['exports'], wanted);
  if (named !== undefined) return file(code, `${folder}/${named}`);
  if (wanted !== '.') return file(code, `${folder}/${wanted}`);
  const main = typeof manifest['main'] === 'string' ? manifest['main'] : 'index.js';
  return file(code, `${folder}/${main}`) ?? file(code, `${folder}/index`);
}

/** What an import in a file leads to, as Node finds it. */
export function resolveImport(code: CodeFiles, from: string, specifier: string): Resolved {
  if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..') {
    const path = file(code, join(dirname(from), specifier.replace(/^\/var\/task\//, '/')));
    return path === undefined
      ? { kind: 'package', name: specifier }
      : { kind: 'file', path, package: packageOfPath(path) };
  }
  const name = packageOf(specifier);
  if (!specifier.startsWith('node:'))
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      const at = normalize(`${folder}/node_modules/${name}`);
      const path = inPackage(code, at, specifier === name ? '.' : `.${specifier.slice(name.length)}`);
      if (path !== undefined) return { kind: 'file', path, package: name };
      if (folder === '.' || folder === '/') break;
    }
  return { kind: 'package', name: specifier.replace(/^node:/, '') };
}
