import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { SigningKey } from './signing-key.ts';

test('a signing key signs as HMAC-SHA256 does, whatever it signed before', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'binary', minLength: 400, maxLength: 2_000 }),
    fc.constantFrom('', 'a', 'ü'.repeat(512), '€'.repeat(171)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(text, { maxLength: 4 }), (key, texts) => {
      const signing = new SigningKey(key);
      for (const one of texts)
        assert.deepEqual(signing.sign(one), createHmac('sha256', key).update(one).digest(), JSON.stringify(one));
    }),
    { numRuns: 500 },
  );
});

test('a key longer than a block of the hash is refused', () => {
  assert.throws(() => new SigningKey(new Uint8Array(65)), /65 bytes; at most 64/);
});
