import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { processesMarked } from '../processes/processes.ts';
import { testPlaces } from '../testing/places.ts';
import { probeMicrovm } from './probe.ts';

const missing = spawnSync('qemu-system-x86_64', ['--version']).error !== undefined;
const skip = missing ? 'QEMU is not installed (package qemu-system-x86)' : false;

test(
  'a probe gives a verdict with evidence, whatever /dev/kvm does, and leaves nothing',
  { skip, timeout: 900_000 },
  async () => {
    await using places = await testPlaces();
    const signal = AbortSignal.timeout(100_000);
    // The first may have to build what is booted.
    const emulated = await probeMicrovm(places, 'tcg', signal);
    assert.equal(emulated.works, true, emulated.evidence);
    const accelerated = await probeMicrovm(places, 'kvm', signal);
    assert.ok(accelerated.evidence.length > 20 && !accelerated.evidence.includes('\n'), accelerated.evidence);
    assert.ok(accelerated.works || accelerated.remedy !== undefined);
    assert.ok(accelerated.tookMs < 15_000, `${accelerated.tookMs} ms`);
    assert.deepEqual(await processesMarked({ HEDDLE_HOME: places.home }), []);
  },
);
