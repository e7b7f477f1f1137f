import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { driversUnderTest } from './drivers.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-package-'));
after(() => rmSync(folder, { recursive: true }));

let packed: string | undefined;

/** The path of what `npm publish` would send. */
function pack(): string {
  if (packed !== undefined) return packed;
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  packed = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  return packed;
}

/** What `npm install heddle` leaves, without the registry: the published files, and links to what they depend on. */
function install(): string {
  const archive = pack();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'heddle'), { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', join(modules, 'heddle'), '--strip-components=1']);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  return join(modules, 'heddle', 'heddle');
}

const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

test('the published package runs without TypeScript, from a folder of its own', { skip }, () => {
  const heddle = install();
  const home = join(folder, 'home');
  const args = ['start', '--driver', 'host', '--once', '--json', '--port', '0', '--home', home];
  const run = spawnSync(heddle, args, { cwd: folder, encoding: 'utf8', input: '' });
  assert.match(run.stdout, /"path":"reused-container"/, run.stderr);
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules', 'heddle')).toSorted(),
    ['LICENSE', 'README.md', 'dist', 'entry', 'examples', 'heddle', 'package.json'].filter(
      (name) => name !== 'README.md' || readdirSync(root).includes(name),
    ),
    'nothing else is published',
  );
});
