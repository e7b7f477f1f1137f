import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawMember } from './raw-member.ts';

test('a member is cut out as it stands, whatever is in it and around it', () => {
  const payload = '{"id":12345678901234567890,"f":1.0,"dup":1,"dup":2, "s":"a\\"}],\\\\"}';
  assert.equal(rawMember(`{"a":{"b":[1,{}]},"b": ${payload} ,"c":"}"}`, 'b'), payload);
  assert.equal(rawMember('{"b":1,"\\u0062":-0e0}', 'b'), '-0e0');
  assert.equal(rawMember('{"a":{"b":1}}', 'b'), undefined);
  assert.equal(rawMember('[{"b":1}]', 'b'), undefined);
  assert.equal(rawMember(' {} ', 'b'), undefined);
  assert.throws(() => rawMember('plain', 'b'), SyntaxError);
});

test('what is cut out means what the whole has there', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.json(), { minKeys: 1 }), fc.nat(4), (members, indent) => {
      const parsed = Object.fromEntries(Object.entries(members).map(([key, json]) => [key, JSON.parse(json)]));
      const text = JSON.stringify(parsed, undefined, indent);
      for (const [key, value] of Object.entries(JSON.parse(text)))
        assert.deepEqual(JSON.parse(rawMember(text, key) ?? 'null'), value);
    }),
  );
});
