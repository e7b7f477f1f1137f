import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import type { CodeFile } from '../../model/functions/code.ts';
import type { Built } from './build-cache.ts';
import { banner, bundle } from './bundle.ts';
import { commonJsNames, reexport } from './common-js-names.ts';
import { readCodeFile } from './extra-files.ts';
import { LocatedModules } from './located-modules.ts';
import { findAddons } from './native-addon.ts';
import { entryFile, threadCode, type ThreadCode } from './thread-code.ts';

/** What is to become a thread's code. */
export interface CodeRequest {
  /** For messages. */
  readonly what: string;
  readonly runtime: string;
  /** Packages that are left to be found in the thread. */
  readonly external: readonly string[];
  /** Absolute paths of files that come along. */
  readonly files: readonly string[];
  readonly entry: Pick<BuildOptions, 'entryPoints' | 'stdin'>;
  /** What is bundled in place of what is imported, where that is not what a thread has. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Whether functions and classes keep their names where two have the same. */
  readonly keepNames?: boolean;
  /** Asked about each module first. */
  readonly plugins?: readonly Plugin[];
}

/** All paths in what esbuild makes are seen from here: they do not depend on where the process runs. */
const workingFolder = '/';

/**
 * Names the sources of a map by `file:` URLs: the files as the caller knows them, wherever the thread finds the map.
 * esbuild writes URLs relative to its folder.
 */
function withAbsoluteSources(text: string): string {
  const map: { sources: string[] } = JSON.parse(text);
  map.sources = map.sources.map((source) => new URL(source, pathToFileURL(workingFolder)).href);
  return JSON.stringify(map);
}

/** esbuild's files as a bundle has them; `declarations` go where no line moves: behind the banner, on the first line. */
function outputOf({ path, text }: OutputFile, declarations: string): CodeFile {
  const isMap = path.endsWith('.map');
  const content = isMap ? withAbsoluteSources(text) : text.replace(banner, () => `${banner} ${declarations}`);
  return { path: isMap ? `${entryFile}.map` : entryFile, mode: 0o644, data: Buffer.from(content) };
}

/** The module that the caller named: what `import.meta.url` is there, `remote` inside a thread knows again. */
function entryPathOf({ entry, what }: CodeRequest): string {
  return entry.entryPoints === undefined ? '' : what;
}

function inputsOf(metafile: Metafile): readonly string[] {
  return Object.keys(metafile.inputs)
    .filter((key) => !key.startsWith('<'))
    .map((key) => join(workingFolder, key));
}

/** The entry's key in the metafile, if it is CommonJS. */
function commonJsEntry({ inputs, outputs }: Metafile): string | undefined {
  const key = outputs[entryFile]?.entryPoint;
  return key !== undefined && inputs[key]?.format === 'cjs' ? key : undefined;
}

/**
 * Bundles an entry with all that it imports, its native add-ons and the files that come along. A CommonJS entry is
 * bundled twice: its names are only known when what it requires is. Throws CodeError where something cannot come along.
 */
export async function buildCode(request: CodeRequest): Promise<Built<ThreadCode>> {
  const modules = new LocatedModules();
  const { files, metafile } = await bundle(request.what, request.runtime, {
    ...request.entry,
    absWorkingDir: workingFolder,
    sourcesContent: false,
    external: [...request.external],
    ...(request.alias && { alias: { ...request.alias } }),
    ...(request.keepNames === true && { keepNames: true }),
    plugins: [...(request.plugins ?? []), modules.plugin()],
    define: { __heddleEntry: JSON.stringify(entryPathOf(request)) },
  });
  const commonJs = commonJsEntry(metafile);
  if (commonJs !== undefined) {
    const contents = reexport(join(workingFolder, commonJs), await commonJsNames(commonJs, metafile));
    return await buildCode({ ...request, entry: { stdin: { contents, resolveDir: workingFolder } } });
  }
  const inputs = inputsOf(metafile);
  const along = [...new Set([...modules.addons, ...(await findAddons(inputs)), ...request.files])];
  const layout = modules.layout(along);
  const outputs = files.map((file) => outputOf(file, layout.declarations));
  const others = await Promise.all(along.map((path) => readCodeFile(path, layout.pathOf(path))));
  const value = threadCode([...outputs, ...others], metafile.outputs[entryFile]?.exports ?? []);
  return { value, inputs: [...inputs, ...along] };
}
