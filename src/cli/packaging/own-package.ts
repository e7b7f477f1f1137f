import type { CodeFile } from '../../model/functions/code.ts';
import { buildCode } from '../../sdk/code/build-code.ts';
import { functionEntry } from '../../sdk/code/bundle.ts';

/** This package. Functions get of it what is for them (`src/sdk/function.ts`), and none of it is lost by bundling. */
export const ownName = 'heddle';

/** Whether an import is of this package. */
export function isOwn(specifier: string): boolean {
  return specifier === ownName || specifier === `${ownName}/worker_threads`;
}

/** It as one file, where code that comes as files finds packages. */
export async function ownPackage(runtime: string): Promise<readonly CodeFile[]> {
  const { value } = await buildCode({
    what: functionEntry,
    runtime,
    external: [],
    files: [],
    keepNames: true,
    entry: { entryPoints: [functionEntry] },
  });
  const place = `node_modules/${ownName}`;
  const file = (name: string, text: string): CodeFile => ({
    path: `${place}/${name}`,
    mode: 0o644,
    data: Buffer.from(text),
  });
  const exports = { '.': `./${value.entry}`, './worker_threads': './worker_threads.mjs' };
  return [
    ...value.files.map((one) => ({ ...one, path: `${place}/${one.path}` })),
    file('package.json', JSON.stringify({ name: ownName, type: 'module', exports })),
    file(
      'worker_threads.mjs',
      "export * from 'node:worker_threads';\nexport { default } from 'node:worker_threads';\n",
    ),
  ];
}
