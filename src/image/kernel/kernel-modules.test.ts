import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { collectModules } from './kernel-modules.ts';

const signal = AbortSignal.timeout(600_000);

async function treeOf(modules: Readonly<Record<string, Buffer>>, builtIn = ''): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'heddle-modules-'));
  await mkdir(join(tree, 'kernel'));
  await writeFile(join(tree, 'modules.builtin'), builtIn);
  for (const [name, content] of Object.entries(modules)) await writeFile(join(tree, 'kernel', name), content);
  return tree;
}

const module = (depends: string): Buffer =>
  Buffer.from(`ELF\0license=GPL\0depends=${depends}\0retpoline=Y\0`, 'latin1');

test('modules come after those they need, each once, whatever way they are packed', async () => {
  const tree = await treeOf({
    'virtio-pci.ko': module('virtio,virtio_ring'),
    'virtio.ko': module('virtio_ring'),
    'virtio_ring.ko.zst': zstdCompressSync(module('')),
  });
  const found = await collectModules(tree, ['virtio_pci', 'virtio'], signal);
  assert.deepEqual(
    found.map(({ name }) => name),
    ['virtio_ring', 'virtio', 'virtio_pci'],
  );
  assert.deepEqual(Buffer.from(found[0]?.content ?? []), module(''));
  await rm(tree, { recursive: true });
});

test('what is built into the kernel is left out, and what is nowhere is an error that names it', async () => {
  const tree = await treeOf({ 'a.ko': module('b') }, 'kernel/drivers/b.ko\n');
  assert.deepEqual(
    (await collectModules(tree, ['a', 'b'], signal)).map(({ name }) => name),
    ['a'],
  );
  await assert.rejects(collectModules(tree, ['c'], signal), /module c /);
  await rm(tree, { recursive: true });
});
