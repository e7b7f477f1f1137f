import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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

/** Where a module of the sources is, by its path there without its extension. */
function placeOf(path) {
  const source = new URL(`../src/${path}.ts`, import.meta.url);
  return existsSync(source) ? source : new URL(`../dist/${path}.js`, import.meta.url);
}

/** Loads a module of the sources. Throws where this Node is too old. */
export function load(path) {
  refuseOldNode();
  return require(fileURLToPath(placeOf(path)));
}

/** As `load`, of a module that awaits something before it is there. */
export async function loadLater(path) {
  refuseOldNode();
  return import(placeOf(path).href);
}
