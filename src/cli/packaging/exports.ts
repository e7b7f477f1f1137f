import { buffer } from 'node:stream/consumers';
import { init, parse } from 'cjs-module-lexer';
import { fromBufferPromise } from 'yauzl';
import { countedBuild } from '../../model/builds.ts';
import { CliError, exitCodes } from '../exit.ts';
import { type Entry, moduleName } from './entry.ts';

/** Names that a module exports. */
export interface Exports {
  readonly names: readonly string[];
  /** Whether there are no others: of CommonJS only running it tells. */
  readonly certain: boolean;
}

function lacks(what: string, name: string, { names }: Exports): string {
  const all = names.length === 0 ? 'nothing' : names.map((each) => `"${each}"`).join(', ');
  return `${what} does not export "${name}"; it exports ${all}.`;
}

/**
 * Whether the entry has the export that is to be called. Throws CliError (usage) where it has not; gives a warning where only running it
 * could tell. `exports`: undefined where nothing is known.
 */
export function checkExport({ path, exportPath }: Entry, exports: Exports | undefined): readonly string[] {
  const [name = ''] = exportPath.split('.');
  if (exports === undefined || exports.names.includes(name)) return [];
  if (!exports.certain) return exports.names.length === 0 ? [] : [lacks(path, name, exports)];
  const [other] = exports.names;
  throw new CliError(lacks(path, name, exports), exitCodes.usage, {
    hint:
      other === undefined
        ? `Export it: export const ${name} = async (event) => …`
        : `Export it, or say what is to be called: --handler ${moduleName(path.split('/').at(-1) ?? '')}.${other}`,
  });
}

const types = ['', '.js', '.mjs', '.cjs'];
/** A larger file is a bundle of much; reading it would take longer than it is worth. Bytes. */
const readBytesMax = 4_194_304;

async function exportsOf(text: string): Promise<Exports | undefined> {
  if (/^\s*export\s*\*/m.test(text)) return undefined;
  const common = await commonJsExports(text);
  if (common !== undefined) return common;
  const esbuild = await import('esbuild');
  const stdin = { contents: text, loader: 'js' } as const;
  const { metafile } = await countedBuild(() =>
    esbuild.build({ stdin, write: false, metafile: true, format: 'esm', logLevel: 'silent' }),
  );
  const [output] = Object.values(metafile.outputs);
  return output === undefined ? undefined : { names: output.exports, certain: true };
}

/** Undefined where the text is an ES module's. */
async function commonJsExports(text: string): Promise<Exports | undefined> {
  await init();
  try {
    return { names: parse(text).exports, certain: false };
  } catch {
    return undefined;
  }
}

/** What in a zip file for Node will not be found when it is called, as far as can be seen. */
export async function checkZip(zip: Uint8Array, handler: string): Promise<readonly string[]> {
  const [, module, name] = /^\/?((?:.*\/)?[^./]+)\.([^.]+)/.exec(handler) ?? [];
  if (module === undefined || name === undefined) return [];
  try {
    const archive = await fromBufferPromise(Buffer.from(zip), { lazyEntries: true });
    for await (const entry of archive.eachEntry()) {
      if (!types.some((type) => entry.fileName === module + type)) continue;
      if (entry.uncompressedSize > readBytesMax) return [];
      const text = await buffer(await archive.openReadStreamPromise(entry));
      const exports = await exportsOf(text.toString('utf8'));
      if (exports === undefined || exports.names.includes(name)) return [];
      return exports.certain || exports.names.length > 0 ? [lacks(entry.fileName, name, exports)] : [];
    }
  } catch {
    // What is no zip file, or no JavaScript, the service says in its own words.
    return [];
  }
  return [`The zip file has no ${module}.js, ${module}.mjs or ${module}.cjs, which the handler ${handler} names.`];
}
