import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { root } from '../tidy/source.ts';

/** Takes the twins in folders `browser` for those modules of folders `platform`, which use what only Node has. */
function twins(modules: RegExp): Plugin {
  return {
    name: 'twins',
    setup: (building) =>
      building.onResolve({ filter: modules }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path).replace('/platform/', '/browser/'),
      })),
  };
}

const common: BuildOptions = {
  bundle: true,
  format: 'esm',
  sourcemap: true,
  minifySyntax: true,
  minifyWhitespace: true,
  define: { __nodeModules: JSON.stringify(builtinModules.filter((name) => !name.startsWith('_'))) },
  logLevel: 'silent',
};

/**
 * Builds what `import … from 'heddle'` gives a page: one ES module of the same sources, without imports. Rejects where something in it
 * only exists in Node.
 */
export async function bundleForBrowsers(outfile: string): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(root, 'src/index.ts')],
    outfile,
    platform: 'browser',
    target: 'es2024',
    plugins: [twins(/\/platform\/[\w-]+\.ts$/)],
    inject: [join(root, 'src/sdk/browser/buffer.ts')],
  });
}

/** Builds what it gives code in a thread that was bundled by somebody else, for whom no bundler is to come along. */
export async function bundleForThreads(outfile: string): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(root, 'src/sdk/inside.ts')],
    outfile,
    platform: 'node',
    target: 'node22',
    plugins: [twins(/\/platform\/(bundling|zip)\.ts$/)],
  });
}
