import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { init, parse } from 'cjs-module-lexer';
import { countedBuild } from '../../model/builds.ts';

/** Keys of a metafile are relative to the folder that esbuild worked in, which is the root. */
const absolute = (key: string): string => join('/', key);

/**
 * Names that a CommonJS module exports, found as Node finds them when an ES module imports one: by reading it, with
 * what it passes on from other modules. `default` is the whole of `module.exports`. `key`: the module's in the metafile.
 */
export async function commonJsNames(key: string, metafile: Metafile): Promise<readonly string[]> {
  const esbuild = await import('esbuild');
  await init();
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = async (current: string): Promise<void> => {
    if (seen.has(current)) return;
    seen.add(current);
    const text = await readFile(absolute(current), 'utf8');
    const loader = /\.[cm]?tsx?$/.test(current) ? 'tsx' : 'jsx';
    const { code } = await countedBuild(() => esbuild.transform(text, { loader }));
    const lexed = parse(code);
    for (const name of lexed.exports) names.add(name);
    const imports = metafile.inputs[current]?.imports ?? [];
    for (const passedOn of lexed.reexports) {
      const target = imports.find(({ original }) => original === passedOn);
      if (target !== undefined && target.external !== true && /\.[cm]?[jt]sx?$/.test(target.path))
        await visit(target.path);
    }
  };
  await visit(key);
  names.delete('__esModule');
  return [...names.add('default')];
}

/** A module that exports a CommonJS module's names, whatever they are. */
export function reexport(path: string, names: readonly string[]): string {
  const lines = names.map((name, index) => {
    const text = JSON.stringify(name);
    return `const v${index} = work[${text}]; export { v${index} as ${text} };`;
  });
  return `import * as work from ${JSON.stringify(path)};\n${lines.join('\n')}`;
}
