import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { machines } from '../../src/instance/microvm/command.ts';
import { tryMachine } from '../../src/instance/microvm/probe.ts';
import { testPlaces } from '../../src/instance/testing/places.ts';

const missing = spawnSync('qemu-system-x86_64', ['--version']).error !== undefined;
const skip = missing ? 'QEMU is not installed (package qemu-system-x86)' : false;

// With KVM the first one is used; here it shows that it boots, wherever the tests run. Emulated on a busy machine, its kernel
// sometimes finds no timer that it trusts, which is why emulated guests get the other one, and why this runs alone.
for (const machine of machines)
  test(`the guest boots on a ${machine} machine`, { skip, timeout: 300_000 }, async () => {
    await using places = await testPlaces();
    const boot = (): ReturnType<typeof tryMachine> => tryMachine(places, 'tcg', machine, AbortSignal.timeout(100_000));
    const { evidence } = await boot().catch(boot).catch(boot);
    assert.match(evidence, /answered/);
  });
