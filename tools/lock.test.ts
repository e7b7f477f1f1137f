import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './tidy/source.ts';

interface Locked {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
);

/** Where Node looks for what `from` depends on: in its own node_modules, then in those of the folders above. */
function isLocked(from: string, name: string): boolean {
  const folders = from.split('/node_modules/');
  return folders.some((_, depth) => {
    const above = folders.slice(0, folders.length - depth).join('/node_modules/');
    return lock.packages[`${above}/node_modules/${name}`] !== undefined;
  });
}

test('the lock has an entry for all that its packages may need on any platform, else `npm ci` refuses it', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => lock.packages[`node_modules/${name}`] === undefined && !isLocked(path, name))
      .map((name) => `${path} → ${name}`),
  );
  assert.deepEqual(missing, []);
});

test('the lock names no registry', () => {
  assert.deepEqual(
    Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
});
