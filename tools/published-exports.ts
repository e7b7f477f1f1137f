import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tidy/source.ts';

// In a checkout the package's entries are its sources; in what `npm pack` publishes, what they were compiled to. Node has no
// condition that tells the two apart, so package.json is another one while the package is packed; `--restore` ends that.

const path = join(root, 'package.json');
const before = readFileSync(path, 'utf8');
const restores = process.argv.includes('--restore');

const published = (name: string): string => `{ "types": "./dist/${name}.d.ts", "default": "./dist/${name}.js" }`;
const after = restores
  ? before.replaceAll(/\{ "types": "\.\/dist\/[^"]*", "default": "\.\/dist\/([^"]*)\.js" \}/g, '"./src/$1.ts"')
  : before.replaceAll(/(?<=": )"\.\/src\/([^"]*)\.ts"/g, (_, name: string) => published(name));
writeFileSync(path, after);
