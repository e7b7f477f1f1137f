import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Compiled code is kept from one run to the next, which halves the time until a command begins. It has to be said before
// the rest is loaded, so this file loads the rest itself.
const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const folder = join(process.env['HEDDLE_CACHE'] || join(caches, 'heddle'), 'compiled');
enableCompileCache(folder);
// The launcher says the same in this way, for this process only: programs that it starts are not ours to keep.
if (process.env['NODE_COMPILE_CACHE'] === folder) delete process.env['NODE_COMPILE_CACHE'];

const { run } = await import('./run.ts');
await run();
