// `node --import heddle/register app.js`: a whole program's `worker_threads` are those of this package.
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const names = new Set(['worker_threads', 'node:worker_threads']);
const own = new URL('../../', import.meta.url).href;
const key = 'heddle.worker_threads';

// Workers of this process are only those that Heddle itself starts: its embedded service runs in one.
if (isMainThread) {
  const { workerThreads } = await import('./exports.ts');
  const { provideConnection } = await import('../threads/session/connection.ts');
  const { openService } = await import('../platform/service.ts');
  provideConnection(openService);
  Object.defineProperty(globalThis, Symbol.for(key), { value: { ...workerThreads }, configurable: true });
  redirect(Object.keys(workerThreads));
}

function redirect(exported: readonly string[]): void {
  const found = `globalThis[Symbol.for(${JSON.stringify(key)})]`;
  const bindings = exported.map((name) => `export const ${name} = found.${name};`).join('\n');
  const sources = {
    module: `const found = ${found};\nexport default found;\n${bindings}`,
    commonjs: `module.exports = ${found};`,
  } as const;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!names.has(specifier) || context.parentURL?.startsWith(own) === true) return next(specifier, context);
      const format = context.conditions.includes('require') ? 'commonjs' : 'module';
      return { url: `heddle:worker_threads?${format}`, format, shortCircuit: true };
    },
    load: (url, context, next) => {
      const format = (['module', 'commonjs'] as const).find((one) => url === `heddle:worker_threads?${one}`);
      return format === undefined ? next(url, context) : { format, source: sources[format], shortCircuit: true };
    },
  });
}
