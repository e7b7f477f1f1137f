import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleForGuest } from '../src/image/bundle.ts';
import { buildDashboard } from './dashboard/bundle.ts';
import { bundleForBrowsers, bundleForThreads } from './browser/bundle.ts';
import { root } from './tidy/source.ts';

// What `npm pack` publishes: JavaScript in dist/, since Node does not run TypeScript in node_modules, and in dist/guest
// the programs that run inside instances, ready bundled; dist/browser.js is the package for pages,
// dist/thread.js that for code which others bundle for threads; dist/dashboard is the page that the service shows at `/`.

const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);
mkdirSync(join(dist, 'guest'));
writeFileSync(join(dist, 'guest/agent.mjs'), await bundleForGuest(join(root, 'src/agent/main.ts')));
writeFileSync(join(dist, 'guest/runtime-node.mjs'), await bundleForGuest(join(root, 'src/runtime/node/main.ts')));
writeFileSync(
  join(dist, 'guest/runtime-provided.mjs'),
  await bundleForGuest(join(root, 'src/runtime/provided/main.ts')),
);
// Python's is bundled where it is used: by the Pythons that are there.
const python = join(root, 'src/runtime/python');
for (const name of ['__main__.py', 'heddle_runtime'])
  cpSync(join(python, name), join(dist, 'guest/runtime-python', name), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
await bundleForBrowsers(join(dist, 'browser.js'));
await bundleForThreads(join(dist, 'thread.js'));
await buildDashboard(join(dist, 'dashboard'));
