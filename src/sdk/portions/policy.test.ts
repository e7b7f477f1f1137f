import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completePolicy, type PortionPolicy } from './policy.ts';
import { PortionError } from './portion-error.ts';

describe('A policy of a portion', () => {
  test('gives nothing that it does not say', () => {
    const { thread, group, kernel } = completePolicy('untrusted', {});
    assert.deepEqual(thread, {
      memoryMb: 128,
      timeoutMs: 10_000,
      valueBytesMax: 4_194_304,
      egress: 'none',
      apart: true,
    });
    assert.deepEqual([group, kernel], [undefined, 'own']);
    const trusted = completePolicy('trusted', {}).thread;
    assert.deepEqual([trusted.apart, trusted.egress, trusted.env], [true, 'none', undefined]);
    assert.equal(completePolicy('trusted', { threads: true }).thread.apart, false);
  });

  test('says what it says', () => {
    const policy = {
      egress: ['a.example'],
      env: { A: 'b' },
      memoryMb: 512,
      timeoutMs: 5,
      group: 'plug-ins',
      concurrency: 3,
    };
    const { thread, ...rest } = completePolicy('untrusted', policy);
    assert.deepEqual(
      [thread.egress, thread.env, thread.memoryMb, thread.timeoutMs],
      [['a.example'], { A: 'b' }, 512, 5],
    );
    assert.deepEqual([rest.group, rest.concurrency], ['plug-ins', 3]);
  });

  // JavaScript may say anything.
  const wrong = (policy: object): PortionPolicy => policy;
  for (const [policy, message] of [
    [{ threads: true }, /only one that is trusted/],
    [{ group: 'a b' }, /`group` of a policy must be/],
    [{ group: '' }, /`group` of a policy must be/],
    [{ kernel: 'mine' }, /'own' or 'any'/],
    [{ concurrency: 0 }, /`concurrency` is 0/],
    [{ memoryMb: 1 }, /`memoryMb` is 1/],
    [{ callLimits: { atOnce: 0 } }, /`callLimits\.atOnce` is 0/],
    [{ callLimits: { bytes: 1e9 } }, /`callLimits\.bytes`/],
  ] as const)
    test(`is refused where it cannot be meant: ${JSON.stringify(policy)}`, () =>
      assert.throws(() => completePolicy('untrusted', wrong(policy)), message));

  test('cannot loosen what portions are, by options of threads', () => {
    const policy = wrong({ apart: false, transfer: [], retries: { max: 9 } });
    const { thread } = completePolicy('untrusted', policy);
    assert.deepEqual([thread.apart, 'retries' in thread, 'transfer' in thread], [true, false, false]);
  });
});

test("a portion's words are shown, and not obeyed", () => {
  const error = new PortionError({
    kind: 'throw',
    portion: 'p',
    message: `\u001b[2J${'x'.repeat(10_000)}`,
    remoteName: 'E\u0007',
    logTail: 'a\tb\nc\u202Ed\r',
  });
  assert.ok(error.message.startsWith('\\u001b[2Jxxx') && error.message.length < 4_200);
  assert.deepEqual([error.remoteName, error.logTail], ['E\\u0007', 'a\tb\nc\\u202ed\\u000d']);
});
