import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

// What package.json's `exports` name: JavaScript so plain that an older Node can read it as far as the sentence below. In a
// checkout it loads the TypeScript sources, in the published package what was built of them.

/** The oldest Node that has all that Heddle needs: TypeScript, SQLite and hooks for modules. */
const nodeMajorMin = 24;

const require = createRequire(import.meta.url);

function refuseOldNode() {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= nodeMajorMin) return;
  throw new Error(
    `Heddle needs Node ${nodeMajorMin} or newer, and this program runs on Node ${node} (${process.execPath}). ` +
      'Run it on the Node that is installed with Heddle: npx heddle run FILE',
  );
}

/** Loads a module by its path in the sources, without its extension. Throws where this Node is too old. */
export function load(path) {
  refuseOldNode();
  const source = new URL(`../src/${path}.ts`, import.meta.url);
  return require(existsSync(source) ? `../src/${path}.ts` : `../dist/${path}.js`);
}
