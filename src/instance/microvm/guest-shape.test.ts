import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testConfiguration } from '../guest-fixture.ts';
import { guestMemoryMb, templateConfiguration } from './guest-shape.ts';

test('services with nearly the same memory share a template, whose guest has at least what each of them wants', () => {
  const [one, other] = [9_920, 10_147].map((memoryMb) => testConfiguration({ memoryMb }));
  assert.ok(one !== undefined && other !== undefined);
  assert.deepEqual(templateConfiguration(one), templateConfiguration(other));
  assert.ok(guestMemoryMb(templateConfiguration(one)) >= guestMemoryMb(other));
  const whole = testConfiguration({ memoryMb: 10_240 });
  assert.deepEqual(templateConfiguration(whole), whole);
});

test('a template is the same, in whatever order the fields of a configuration were written', () => {
  const { memoryMb, ...others } = testConfiguration({ memoryMb: 10_240 });
  const [one, other] = [
    { memoryMb, ...others },
    { ...others, memoryMb },
  ].map(templateConfiguration);
  assert.equal(JSON.stringify(one), JSON.stringify(other));
});
