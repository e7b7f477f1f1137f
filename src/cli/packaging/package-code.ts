import { existsSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { CodeFile } from '../../model/functions/code.ts';
import { isProvided } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import { declarationsFile } from '../../effects/facts/declarations.ts';
import { buildCode } from '../../sdk/code/build-code.ts';
import { functionAlias } from '../../sdk/code/bundle.ts';
import { CodeError } from '../../sdk/code/code-error.ts';
import { zipOf } from '../../sdk/platform/zip.ts';
import { CliError, exitCodes } from '../exit.ts';
import { formatCodeBytes } from '../output/style.ts';
import { Compiler, someNeedMetadata } from './compiler.ts';
import { type Entry, findEntry, isCompiled, moduleName, type Source } from './entry.ts';
import { checkExport, checkZip } from './exports.ts';
import { namedFiles } from './named-files.ts';
import { findNeeds, type Needs } from './needs.ts';
import { FoundPortions } from './portions/find-portions.ts';
import type { PortionSetting } from './portions/portion-settings.ts';
import { pythonRuntime } from './python/is-python.ts';
import { lacksOfRuntime } from './runtime-packages.ts';
import { sentMap } from './source-map.ts';
import { summaryOf } from './summary.ts';
import { trace } from './trace.ts';

/** How code is to be packed. */
export interface PackageOptions {
  readonly runtime: string;
  /** `FILE.EXPORT`, as it was asked for or as the function has it. */
  readonly handler: string;
  /** The handler was asked for now, and is not what the function had before. */
  readonly handlerAsked: boolean;
  /** Whether as one bundle; undefined: where it can be shown that nothing is lost. */
  readonly bundle?: boolean | undefined;
  /** Glob patterns of files that come along, relative to the folder. */
  readonly include: readonly string[];
  /** Modules that run apart from the function. */
  readonly portions?: readonly PortionSetting[] | undefined;
}

/** A function's code, ready to be sent. */
export interface CodePackage {
  readonly zip: Uint8Array;
  readonly handler: string;
  /** What was made and why so, for a person. */
  readonly summary: string;
  /** What will go wrong, as far as can be seen. */
  readonly warnings: readonly string[];
  /** Files that it was made of, absolute, but those of installed packages. */
  readonly inputs: readonly string[];
  /** What is in the zip file; undefined where that was made elsewhere. */
  readonly files?: readonly CodeFile[];
}

type Code = Extract<Source, { kind: 'code' }>;

/** Makes a package of what was found. Throws CliError (usage). */
export async function packageCode(source: Source, options: PackageOptions): Promise<CodePackage> {
  if (source.kind === 'zip') {
    const zip = readFileSync(source.path);
    checkSize(zip.byteLength, []);
    const ofNode = pythonRuntime(options.runtime) === undefined && !isProvided(options.runtime);
    const warnings = ofNode ? await checkZip(zip, options.handler) : [];
    return { zip, handler: options.handler, summary: 'The zip file as it is.', warnings, inputs: [source.path] };
  }
  try {
    return await packageSource(source, options);
  } catch (cause) {
    if (!(cause instanceof CodeError)) throw cause;
    const missing = /Could not resolve "((?:@[\w.-]+\/)?[a-z][\w.-]*)[^"]*"/.exec(cause.message)?.[1];
    throw new CliError(cause.message, exitCodes.usage, {
      cause,
      ...(missing !== undefined && { hint: `Install it beside the code: npm install ${missing}@latest` }),
    });
  }
}

async function packageSource(source: Code, options: PackageOptions): Promise<CodePackage> {
  const entry = findEntry(source, options.handler, options.handlerAsked);
  const { runtime, portions: wanted = [] } = options;
  const portions = await FoundPortions.find(wanted, { folder: source.folder, entry: entry.path, runtime });
  const needs = await findNeeds(entry.path, source.folder, runtime, portions);
  const warnings = [...checkExport(entry, needs.exports), ...lacksOfRuntime(needs.ofRuntime)];
  const own = ownOf([...needs.files.keys()]);
  const reasons = [
    ...(options.include.length > 0 ? ['--include names files'] : []),
    ...((await someNeedMetadata(own)) ? ['tsconfig.json wants emitDecoratorMetadata'] : []),
    ...needs.reasons,
  ];
  const asBundle = options.bundle ?? reasons.length === 0;
  const pack = asBundle
    ? bundled(source, entry, needs, options, portions)
    : traced(source, entry, own, options, portions);
  const packed = await pack;
  const made = { ...packed, files: withDeclarations(source.folder, packed.files) };
  const zip = await zipOf(made.files);
  checkSize(zip.byteLength, made.files);
  const size = made.files.reduce((sum, { data }) => sum + data.byteLength, 0);
  const summary = summaryOf(asBundle, options.bundle !== undefined, reasons, made.files.length, size);
  const inputs = [...new Set([...own, ...ownOf(made.inputs), ...ownOf(portions.inputs)])];
  return { zip, handler: made.handler, summary, warnings, inputs, files: made.files };
}

/** What the author says of the code goes with it. */
function withDeclarations(folder: string, files: readonly CodeFile[]): readonly CodeFile[] {
  const path = join(folder, declarationsFile);
  if (!existsSync(path) || files.some((file) => file.path === declarationsFile)) return files;
  return [...files, { path: declarationsFile, mode: 0o644, data: readFileSync(path) }];
}

interface Made {
  readonly files: readonly CodeFile[];
  readonly handler: string;
  /** What it was found to need beside what it imports. */
  readonly inputs: readonly string[];
}

function ownOf(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !path.includes('/node_modules/'));
}

/** A handler's file name ends at its first dot. */
function handlerModule(path: string): string {
  return join(dirname(path), moduleName(basename(path)).replaceAll('.', '-'));
}

async function bundled(
  source: Code,
  entry: Entry,
  needs: Needs,
  { runtime }: PackageOptions,
  portions: FoundPortions,
): Promise<Made> {
  const { path } = entry;
  const external = needs.ofRuntime;
  const { value } = await buildCode({
    what: path,
    runtime,
    external,
    files: [],
    keepNames: true,
    entry: { entryPoints: [path] },
    alias: functionAlias,
    plugins: [portions.plugin()],
  });
  const module = handlerModule(relative(source.folder, path));
  const files = value.files.map((file): CodeFile => {
    if (file.path === value.entry)
      return { ...file, path: `${module}.mjs`, data: renamedMap(file.data, value.entry, `${basename(module)}.mjs`) };
    if (file.path !== `${value.entry}.map`) return file;
    return { ...file, path: `${module}.mjs.map`, data: sentMap(file.data, dirname(path)) };
  });
  return { files, handler: `${module}.${entry.exportPath}`, inputs: [] };
}

/** The bundle's last line names its map. */
function renamedMap(data: Uint8Array, from: string, to: string): Buffer {
  const text = Buffer.from(data).toString();
  return Buffer.from(text.replace(`//# sourceMappingURL=${from}.map`, `//# sourceMappingURL=${to}.map`));
}

async function traced(
  source: Code,
  entry: Entry,
  own: readonly string[],
  options: PackageOptions,
  portions: FoundPortions,
): Promise<Made> {
  const named = await namedFiles(source.folder, own);
  const compiler = await Compiler.create(options.runtime, [...new Set([...own, ...named.modules])], portions);
  const more = [...named.others];
  for (const pattern of options.include) {
    const before = more.length;
    for await (const match of glob([pattern, `${pattern}/**`], { cwd: source.folder }))
      more.push(resolve(source.folder, match));
    if (more.length === before)
      throw new CliError(`No file is called ${pattern}, which --include names.`, exitCodes.usage);
  }
  const { files, placeOf, inputs } = await trace([entry.path, ...named.modules], source.folder, compiler, more);
  const run = isCompiled(entry.path) ? compiler.pathOf(entry.path) : entry.path;
  const module = moduleName(placeOf(run));
  if (!basename(module).includes('.')) return { files, handler: `${module}.${entry.exportPath}`, inputs };
  // AWS's rule: a handler's file ends at its first dot. Another file passes on what this one exports.
  const shim = `heddle-${handlerModule(run).split('/').at(-1)}`;
  const text = `export * from './${placeOf(run)}'; export { default } from './${placeOf(run)}';\n`;
  return {
    files: [...files, { path: `${shim}.mjs`, mode: 0o644, data: Buffer.from(text) }],
    handler: `${shim}.${entry.exportPath}`,
    inputs,
  };
}

/** What the service would refuse is not sent. */
export function checkSize(zipBytes: number, files: readonly CodeFile[]): void {
  const bytes = files.reduce((sum, { data }) => sum + data.byteLength, 0);
  const over =
    bytes > limits.codeBytesMax
      ? `${formatCodeBytes(bytes)}; at most ${formatCodeBytes(limits.codeBytesMax)} are allowed`
      : zipBytes > limits.codeZipBytesMax
        ? `${formatCodeBytes(zipBytes)} packed; at most ${formatCodeBytes(limits.codeZipBytesMax)} are allowed`
        : files.length > limits.codeFilesMax
          ? `${files.length} files; at most ${limits.codeFilesMax} are allowed`
          : undefined;
  if (over === undefined) return;
  const sizes = new Map<string, number>();
  for (const { path, data } of files) {
    const [, name = path.split('/')[0] ?? ''] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    sizes.set(name, (sizes.get(name) ?? 0) + data.byteLength);
  }
  const largest = [...sizes].toSorted(([, one], [, other]) => other - one).slice(0, 4);
  const words = largest.map(([name, size]) => `${name} (${formatCodeBytes(size)})`).join(', ');
  throw new CliError(
    `The code has ${over}.`,
    exitCodes.usage,
    words === '' ? {} : { hint: `Largest in it: ${words}.` },
  );
}
