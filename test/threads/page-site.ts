import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleForBrowsers, bundleForThreads } from '../../tools/browser/bundle.ts';

const root = join(import.meta.dirname, '..', '..');
const fixtures = join(import.meta.dirname, 'fixtures');

/** A web site with the tests' page, and the folder that it was built in. */
export interface PageSite extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
}

/** A project as a user has it: with the package in `node_modules`, and the page and its module bundled by esbuild. */
async function buildProject(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules', 'heddle');
  await mkdir(installed, { recursive: true });
  await copyFile(join(root, 'package.json'), join(installed, 'package.json'));
  await bundleForBrowsers(join(installed, 'dist', 'browser.js'));
  await bundleForThreads(join(installed, 'dist', 'thread.js'));
  for (const name of ['page.ts', 'work.ts']) await copyFile(join(fixtures, name), join(folder, name));
  const common = { bundle: true, format: 'esm', sourcemap: true, logLevel: 'silent' } as const;
  const own = { ...common, absWorkingDir: folder, outdir: folder } as const;
  await build({
    ...own,
    entryPoints: ['page.ts'],
    platform: 'browser',
    external: ['node:*', './work.js'],
    target: 'es2022',
  });
  await build({ ...own, entryPoints: ['work.ts'], platform: 'node', conditions: ['heddle-thread'] });
  await writeFile(join(folder, 'unbundled.js'), "export * from './work.js';\n");
  await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>\n');
}

const types: Readonly<Record<string, string>> = { js: 'text/javascript', html: 'text/html', map: 'application/json' };

/** Builds it and serves it on a port of its own. */
export async function servePage(): Promise<PageSite> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-page-'));
  await buildProject(folder);
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    readFile(join(folder, name)).then(
      (content) => response.writeHead(200, { 'content-type': types[name.split('.').at(-1) ?? ''] }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    folder,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
