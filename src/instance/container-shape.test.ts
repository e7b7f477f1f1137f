import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationFor, memoryClassesMb } from '../model/configuration.ts';
import { limits } from '../model/limits.ts';
import { nodeFlags } from '../protocol/node-flags.ts';
import { containerShape } from './agent-link.ts';

const mebibyte = 1_048_576;
/** Node with the runtime, its program's pages included, MiB. */
const nodeMb = 80;

function flag(flags: readonly string[], name: string): number {
  return Number(flags.find((it) => it.startsWith(`--${name}=`))?.split('=')[1]);
}

test('a container has the memory of its class, whatever smaller size its function has', () => {
  assert.equal(containerShape(configurationFor('nodejs24.x', limits.functionMemoryMbMin)).memoryMb, 256);
  assert.equal(containerShape(configurationFor('nodejs24.x', 1_025)).memoryMb, 2_048);
});

test('in every class, a full /tmp and an idle Node fit into the memory: it is full before anything is killed for it', () => {
  for (const classMb of memoryClassesMb) {
    const { memoryMb, tmpBytes } = containerShape(configurationFor('nodejs24.x', classMb));
    assert.ok(tmpBytes + nodeMb * mebibyte < memoryMb * mebibyte, `${classMb} MB`);
  }
});

test('in every class, a full heap and what else Node needs fit into the memory: garbage is collected before the limit kills', () => {
  for (const classMb of memoryClassesMb) {
    const flags = nodeFlags(classMb);
    const young = 3 * flag(flags, 'max-semi-space-size');
    assert.ok(flag(flags, 'max-old-space-size') + young + nodeMb <= classMb, `${classMb} MB`);
  }
});
