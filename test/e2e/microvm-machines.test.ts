import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { test } from 'node:test';
import { machines, machinesFor } from '../../src/instance/microvm/command.ts';
import { tryMachine } from '../../src/instance/microvm/probe.ts';
import { testPlaces } from '../../src/instance/testing/places.ts';

const missing = spawnSync('qemu-system-x86_64', ['--version']).error !== undefined;
const skip = missing ? 'QEMU is not installed (package qemu-system-x86)' : false;
const triesMax = 3;

// With KVM the first one is used; here it shows that it boots, wherever the tests run. Emulated on a busy machine, its kernel
// often finds no timer that it trusts, which is why emulated guests get the other one: there it says nothing about KVM.
for (const machine of machines)
  test(`the guest boots on a ${machine} machine`, { skip, timeout: 900_000 }, async (t) => {
    await using places = await testPlaces();
    const failures: string[] = [];
    while (failures.length < triesMax) {
      try {
        const { evidence } = await tryMachine(places, 'tcg', machine, AbortSignal.timeout(150_000));
        assert.match(evidence, /answered/);
        return;
      } catch (error) {
        failures.push(String(error));
      }
      const [load = 0] = loadavg();
      if (!machinesFor('tcg').includes(machine) && load > availableParallelism())
        return t.skip(
          `${load} tasks want ${availableParallelism()} processors, and its emulated kernel found no timer: ${failures.at(-1)}`,
        );
    }
    assert.fail(failures.join('\n'));
  });
