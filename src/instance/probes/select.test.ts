import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MemoryDriver } from '../testing/memory-driver.ts';
import { probed } from './probe-cache.ts';
import { allVerdicts, selectDriver } from './select.ts';

const never = new AbortController().signal;
let folder: string;
let count = 0;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'heddle-select-'))));
after(() => rm(folder, { recursive: true }));
const cache = (): string => join(folder, `${++count}`);

function fails(driver: MemoryDriver, evidence: string): MemoryDriver {
  driver.verdict = { ...driver.verdict, works: false, evidence, remedy: `Mend ${driver.name}.` };
  return driver;
}

const kvm = (): MemoryDriver => new MemoryDriver('microvm', true, 'kvm');
const tcg = (): MemoryDriver => new MemoryDriver('microvm', true, 'tcg');
const gvisor = (): MemoryDriver => new MemoryDriver('gvisor', true, 'systrap');
const host = (): MemoryDriver => new MemoryDriver('host', false, 'bubblewrap');

async function auto(...drivers: MemoryDriver[]): Promise<string> {
  const { driver, verdict } = await selectDriver('auto', drivers, { cache: cache() }, never);
  return `${driver.name} ${verdict.mode}`;
}

test('auto takes hardware virtualisation first, and asks nobody else then', async () => {
  const second = gvisor();
  assert.equal(await auto(kvm(), second, host()), 'microvm kvm');
  assert.deepEqual(second.calls, []);
});

test('auto takes gVisor before an emulated machine', async () => {
  assert.equal(await auto(tcg(), gvisor(), host()), 'gvisor systrap');
});

test('auto takes an emulated machine where gVisor does not work', async () => {
  assert.equal(await auto(tcg(), fails(gvisor(), 'no systrap'), host()), 'microvm tcg');
});

test('auto never takes the host, and says why each of the others was not taken', async () => {
  const drivers = [fails(tcg(), 'no qemu'), fails(gvisor(), 'no runsc'), host()];
  await assert.rejects(selectDriver('auto', drivers, { cache: cache() }, never), (error: Error) => {
    for (const part of ['no qemu', 'Mend microvm.', 'no runsc', 'Mend gvisor.', '--driver host'])
      assert.ok(error.message.includes(part), part);
    return true;
  });
  assert.deepEqual(drivers[2]?.calls, []);
});

test('a driver asked for by name is that one, or an error with evidence and remedy', async () => {
  const options = { cache: cache() };
  assert.equal((await selectDriver('host', [gvisor(), host()], options, never)).driver.name, 'host');
  await assert.rejects(
    selectDriver('gvisor', [fails(gvisor(), 'no runsc'), host()], options, never),
    /gvisor was asked for[\s\S]*no runsc Mend gvisor\./,
  );
});

test('a driver that was mended since is asked again when it is asked for by name', async () => {
  const options = { cache: cache() };
  await probed(fails(gvisor(), 'no runsc'), options, never);
  assert.equal((await selectDriver('gvisor', [gvisor()], options, never)).verdict.works, true);
});

test('a verdict is asked for once and then remembered', async () => {
  const options = { cache: cache() };
  const [first, second] = [gvisor(), gvisor()];
  assert.deepEqual(await probed(first, options, never), await probed(second, options, never));
  assert.deepEqual([first.calls, second.calls], [['probe'], []]);
});

test('doctor asks afresh, and what it learns is remembered', async () => {
  const options = { cache: cache() };
  await probed(gvisor(), options, never);
  const broken = fails(gvisor(), 'gone');
  const [verdict] = await allVerdicts([broken], { ...options, fresh: true }, never);
  assert.equal(verdict?.works, false);
  assert.equal((await probed(gvisor(), options, never)).works, false);
});

test('a verdict of last month is not believed', async () => {
  const options = { cache: cache() };
  const wall = Date.now();
  const at = (ms: number) => ({ now: () => 0, wall: () => ms, timer: () => ({ [Symbol.dispose]: () => undefined }) });
  await probed(gvisor(), { ...options, clock: at(wall) }, never);
  const later = gvisor();
  await probed(later, { ...options, clock: at(wall + 30 * 86_400_000) }, never);
  assert.deepEqual(later.calls, ['probe']);
});

test('another program on the path makes it another machine', async () => {
  const options = { cache: cache() };
  await probed(gvisor(), options, never);
  const path = process.env['PATH'];
  const later = gvisor();
  try {
    process.env['PATH'] = '/nowhere';
    await probed(later, options, never);
  } finally {
    process.env['PATH'] = path;
  }
  assert.deepEqual(later.calls, ['probe']);
});

test('a probe that was cut short is not remembered', async () => {
  const options = { cache: cache() };
  await assert.rejects(probed(gvisor(), options, AbortSignal.abort(new Error('stop'))), /stop/);
  const later = gvisor();
  await probed(later, options, never);
  assert.deepEqual(later.calls, ['probe']);
});
