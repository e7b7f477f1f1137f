import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { root } from '../tidy/source.ts';

/** What only Node has lies in folders of this name; the same for browsers in their neighbours. */
const nodes = '/platform/';
const browsers = '/browser/';

const twins: Plugin = {
  name: 'twins',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/platform\/[\w-]+\.ts$/ }, ({ path, resolveDir, importer }) => {
      // A twin may still name types of its other.
      const target = join(resolveDir, path);
      return importer.startsWith(join(root, 'src')) ? { path: target.replace(nodes, browsers) } : undefined;
    }),
};

/**
 * Builds what `import … from 'heddle'` gives a page: one ES module of the same sources, without imports. Rejects where something in it
 * only exists in Node.
 */
export async function bundleForBrowsers(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    sourcemap: true,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [twins],
    inject: [join(root, 'src/sdk/browser/buffer.ts')],
    define: { __nodeModules: JSON.stringify(builtinModules.filter((name) => !name.startsWith('_'))) },
    logLevel: 'silent',
  });
}
