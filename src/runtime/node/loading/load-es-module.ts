import { pathToFileURL } from 'node:url';

/**
 * Imports a file as an ES module (or whatever Node takes it for), and calls `onBegin` after the whole graph of its static
 * imports was read, parsed and linked, at the last moment before the first line of the first of them runs.
 *
 * How: an entry of ours imports a module that calls `onBegin`, and then the file. A graph is linked as a whole, and then
 * evaluated in the order of its imports.
 */
export async function loadEsModule(file: string, onBegin: () => void): Promise<unknown> {
  const key = `heddle.begin:${file}`;
  Object.defineProperty(globalThis, Symbol.for(key), { value: onBegin, configurable: true });
  const name = JSON.stringify(key);
  const marker = dataUrl(`const k=Symbol.for(${name}),f=globalThis[k];delete globalThis[k];f()`);
  const entry = dataUrl(`import ${JSON.stringify(marker)};export*as user from ${JSON.stringify(pathToFileURL(file))}`);
  const imported: unknown = await import(entry);
  return typeof imported === 'object' && imported !== null && 'user' in imported ? imported.user : undefined;
}

function dataUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
