import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Compiled code is kept from one run to the next, which halves the time until a command begins. It has to be said before
// the rest is loaded, so this file loads the rest itself.
const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
enableCompileCache(join(process.env['HEDDLE_CACHE'] || join(caches, 'heddle'), 'compiled'));

const { run } = await import('./run.ts');
await run();
