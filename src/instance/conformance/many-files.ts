import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLink, linkMode, treeFilesMin, type CodeBundle, type CodeFile } from '../../model/functions/code.ts';
import { newId } from '../../model/id.ts';
import { call, initOf } from '../guest-fixture.ts';
import type { GuestContainer } from '../guest.ts';
import { sharedLibrary } from '../testing/shared-library.ts';
import { bootGuest, cleanTest, type Subject } from './subject.ts';

const count = treeFilesMin + 50;
const handler = `
  import { accessSync, constants, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
  import { createRequire } from 'node:module';
  const refused = (path) => { try { writeFileSync(path, ''); return 'done'; } catch (error) { return /EROFS|EACCES/.test(error.code) ? 'refused' : error.code; } };
  export const handler = async (n) => {
    accessSync('/var/task/bin/run', constants.X_OK);
    return [
      createRequire(import.meta.url)('dep/' + n), readFileSync('bin/link', 'utf8'), readlinkSync('/var/task/bin/link'),
      readdirSync('node_modules/dep').length, refused('/var/task/node_modules/dep/1.js'), refused('/var/task/new'),
    ];
  };`;
/** Loads a library that needs two others; the first is in the code, the second in a layer. Says for what reason it is no module of Node's. */
const linked = `
  import { readdirSync } from 'node:fs';
  export const handler = async () => {
    const layered = readdirSync('/opt/nodejs/dep').length;
    try { process.dlopen({ exports: {} }, '/var/task/lib/module.so'); } catch ({ message }) { return [layered, message]; }
  };`;
const noModule = "Module did not self-register: '/var/task/lib/module.so'.";

function file(path: string, data: string | Buffer, mode = 0o644): CodeFile {
  return { path, mode, data: Buffer.from(data) };
}

function bundleOf(files: readonly CodeFile[]): CodeBundle {
  return { sha256: newId('s'), files, bytes: files.reduce((sum, { data }) => sum + data.byteLength, 0) };
}

/** As it is kept where it was deployed: each call of `takeTree` gives a folder of its own. */
function asTree(home: string, files: readonly CodeFile[]): CodeBundle {
  const takeTree = async (): Promise<string> => {
    const folder = await mkdtemp(join(home, 'tree-'));
    await chmod(folder, 0o755);
    for (const one of files) {
      const path = join(folder, one.path);
      await mkdir(dirname(path), { recursive: true });
      if (isLink(one)) await symlink(Buffer.from(one.data).toString(), path);
      else await writeFile(path, one.data, { mode: one.mode });
    }
    return folder;
  };
  return { ...bundleOf(files), takeTree };
}

function manyFiles(folder: string): CodeFile[] {
  return Array.from({ length: count }, (_, n) => file(`${folder}/dep/${n}.js`, `module.exports = ${n};`));
}

/** Code and layers of many files come another way into instances than those of few. */
export function codeOfManyFiles(subject: Subject): void {
  const { home } = subject.places;
  const load = (container: GuestContainer, code: CodeBundle, layers?: CodeBundle): Promise<void> => {
    const below = layers && { layers: { sha256: layers.sha256, code: () => Promise.resolve(layers) } };
    return container.load(code.sha256, () => Promise.resolve(code), initOf(), below);
  };
  const another = (guest: Awaited<ReturnType<typeof bootGuest>>['guest']): Promise<GuestContainer> =>
    guest.makeContainer('nodejs24.x', AbortSignal.timeout(subject.options.testMsMax));

  cleanTest(subject, 'code of many files is all there, read-only, in every container that has it', async () => {
    const files = [
      file('index.mjs', handler),
      file('bin/run', '#!/bin/sh', 0o755),
      file('bin/link', '../index.mjs', linkMode),
      ...manyFiles('node_modules'),
    ];
    const bundle = asTree(home, files);
    await using booted = await bootGuest(subject);
    const seen = (n: number): unknown[] => [n, handler, '../index.mjs', count, 'refused', 'refused'];
    await load(booted.first, bundle);
    assert.deepEqual(await call(booted.first, 7), seen(7));
    await load(booted.second, bundle);
    await booted.first.kill();
    assert.deepEqual(await call(booted.second, count - 1), seen(count - 1));
    const third = await another(booted.guest);
    await load(third, bundle);
    assert.deepEqual(await call(third, 0), seen(0));
  });

  cleanTest(subject, 'libraries in code and layers are found by others, whichever way they have come', async () => {
    const code = [
      file('index.mjs', linked),
      file('lib/module.so', sharedLibrary('module.so', ['libcode.so.1', 'liblayer.so.1'])),
      file('lib/libcode.so.1', sharedLibrary('libcode.so.1')),
    ];
    const library = file('lib/liblayer.so.1', sharedLibrary('liblayer.so.1'));
    const few = [bundleOf(code), bundleOf([library, file('nodejs/dep/1.js', '')])] as const;
    const many = [
      asTree(home, [...code, ...manyFiles('more')]),
      asTree(home, [library, ...manyFiles('nodejs')]),
    ] as const;
    await using booted = await bootGuest(subject);
    await load(booted.first, ...many);
    assert.deepEqual(await call(booted.first), [count, noModule]);
    await load(booted.second, ...few);
    assert.deepEqual(await call(booted.second), [1, noModule]);
    await booted.first.kill();
    const third = await another(booted.guest);
    await load(third, ...many);
    assert.deepEqual(await call(third), [count, noModule]);
  });
}
