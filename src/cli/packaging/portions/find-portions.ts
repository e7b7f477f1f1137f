import { glob } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { buildCode } from '../../../sdk/code/build-code.ts';
import type { DeployedPortion } from '../../../sdk/portions/in-function.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { asyncExports } from './async-exports.ts';
import type { PortionSetting } from './portion-settings.ts';

/** Modules that are portions, and what takes their place in the function: the same names, called elsewhere. */
export class FoundPortions {
  readonly #texts: ReadonlyMap<string, (commonJs: boolean) => string>;
  /** Files that they were made of. */
  readonly inputs: readonly string[];

  private constructor(texts: ReadonlyMap<string, (commonJs: boolean) => string>, inputs: readonly string[]) {
    this.#texts = texts;
    this.inputs = inputs;
  }

  /**
   * Bundles each module that a setting names, by itself. `entry`: the file that is called, which cannot be one. Throws CliError (usage) for a
   * pattern that names none, and for modules whose exports would not be the same from elsewhere; CodeError for what cannot be bundled.
   */
  static async find(
    settings: readonly PortionSetting[],
    where: { readonly folder: string; readonly entry: string; readonly runtime: string },
  ): Promise<FoundPortions> {
    const texts = new Map<string, (commonJs: boolean) => string>();
    const inputs: string[] = [];
    for (const setting of settings) {
      const paths: string[] = [];
      for await (const match of glob(setting.pattern, { cwd: where.folder })) paths.push(resolve(where.folder, match));
      const modules = paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path)).toSorted();
      if (modules.length === 0)
        throw new CliError(
          `No module is called ${setting.pattern}, which "portions" of heddle.json names.`,
          exitCodes.usage,
        );
      for (const path of modules) {
        if (path === where.entry)
          throw new CliError(
            `${setting.pattern} of "portions" names the function's own file, which is what portions are apart from.`,
            exitCodes.usage,
          );
        if (texts.has(path))
          throw new CliError(`Two patterns of "portions" name ${relative(where.folder, path)}.`, exitCodes.usage);
        const { text, files } = await proxyOf(path, setting, where);
        texts.set(path, text);
        inputs.push(...files);
      }
    }
    return new FoundPortions(texts, inputs);
  }

  has(path: string): boolean {
    return this.#texts.has(path);
  }

  /** What takes the place of a module; undefined for one that is no portion. */
  textOf(path: string, commonJs = false): string | undefined {
    return this.#texts.get(path)?.(commonJs);
  }

  /** Puts it there while esbuild bundles. */
  plugin(): Plugin {
    return {
      name: 'portions',
      setup: (build) => {
        build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, ({ path }) => {
          const contents = this.textOf(path);
          return contents === undefined ? undefined : { contents, loader: 'js' };
        });
      },
    };
  }
}

async function proxyOf(
  path: string,
  { trust, policy }: PortionSetting,
  { folder, runtime }: { readonly folder: string; readonly runtime: string },
): Promise<{ readonly text: (commonJs: boolean) => string; readonly files: readonly string[] }> {
  const shown = relative(folder, path);
  const names = await asyncExports(path, shown);
  const { value, inputs } = await buildCode({
    what: path,
    runtime,
    external: [],
    files: [],
    entry: { entryPoints: [path] },
  });
  const portion: DeployedPortion = {
    name: shown,
    trust,
    policy,
    files: value.files.map(({ path: name, data }) => [name, Buffer.from(data).toString('base64')] as const),
    exports: value.exports,
  };
  const made = `const portion = deployedPortion(${JSON.stringify(portion)});`;
  const own = names.map((name) => `portion[${JSON.stringify(name)}]`);
  return {
    files: inputs,
    text: (commonJs) => {
      const lines = commonJs
        ? [
            `const { deployedPortion } = require('heddle');`,
            made,
            ...names.map((name, n) => `exports[${JSON.stringify(name)}] = ${own[n]};`),
          ]
        : [
            `import { deployedPortion } from 'heddle';`,
            made,
            ...names.map((name, n) => `const given${n} = ${own[n]};\nexport { given${n} as ${JSON.stringify(name)} };`),
          ];
      return `${lines.join('\n')}\n`;
    },
  };
}
