import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../../image/tool.ts';
import { instanceFolder, instanceMarks, runFolder } from '../places.ts';
import { testPlaces } from '../testing/places.ts';
import { mountsBelow, sweepRun } from './sweep.ts';

/** A process that stays, as an instance's would. */
async function stay(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn('sleep', ['1000'], { env: { PATH: process.env['PATH'], ...environment }, stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

test('processes, folders and mounts of a dead service are gone after a sweep', async (t) => {
  await using places = await testPlaces();
  const folder = instanceFolder(places, 'host', 'i-left');
  await mkdir(join(folder, 'a b'), { recursive: true });
  await writeFile(join(folder, 'file'), '');
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await runTool('mount', ['-t', 'tmpfs', 'none', join(folder, 'a b')]);
  else t.diagnostic('mounts need root');
  const child = await stay(instanceMarks(places, 'i-left'));
  const exited = once(child, 'exit');
  assert.equal(await sweepRun(places, 'host'), 1);
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  assert.deepEqual(await readdir(runFolder(places)), []);
  assert.deepEqual(await mountsBelow(runFolder(places)), []);
  assert.equal(await sweepRun(places, 'host'), 0);
});

test('what belongs to another home, or to no instance, is left alone', async () => {
  await using places = await testPlaces();
  await using other = await testPlaces();
  const spared = [
    await stay(instanceMarks(other, 'i-other')),
    // A person's shell, or `heddle logs --follow`.
    await stay({ HEDDLE_HOME: places.home }),
  ];
  assert.equal(await sweepRun(places, 'gvisor'), 0);
  for (const child of spared) {
    assert.equal(child.exitCode ?? child.signalCode, null);
    child.kill('SIGKILL');
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');
  }
});

test('a service that was started from within a marked process does not kill itself', async () => {
  await using places = await testPlaces();
  const program = `
    import { sweepRun } from ${JSON.stringify(new URL('sweep.ts', import.meta.url).href)};
    console.log(await sweepRun(${JSON.stringify(places)}, 'host'));`;
  const child = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, program], {
    env: { PATH: process.env['PATH'], ...instanceMarks(places, 'i-outer') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  assert.equal(String(line), '0\n');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
