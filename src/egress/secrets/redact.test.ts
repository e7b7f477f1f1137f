import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { formsOf, RedactedBody } from './redact.ts';

async function through(pieces: readonly string[], forms: readonly string[]): Promise<string> {
  return await text(Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(new RedactedBody(forms)));
}

test('however it is cut, no form comes through, and nothing else is changed', async () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', 'x'), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(part),
      fc.constantFrom('aab', 'abab', 'xx', 'abxab', 'ababababab'),
      async (pieces, form) => {
        const whole = pieces.join('');
        const out = await through(pieces, [form]);
        assert.equal(out.length, whole.length);
        assert.ok(!out.includes(form), out);
        for (let at = 0; at < out.length; at += 1) assert.ok(out[at] === '*' || out[at] === whole[at]);
        if (!whole.includes(form)) assert.equal(out, whole);
      },
    ),
  );
});

test('what is held back, or follows what was, is clean of other forms, too', async () => {
  const [long, short] = ['0123456789abcdefghij-tail', 'abcdefgh'];
  for (let cut = 1; cut < long.length; cut += 1) {
    const out = await through([`- ${long.slice(0, cut)}`, `${long.slice(cut)} -`], [long, short]);
    // The smaller part of it, where a host cuts it in two, and never any of its end.
    const shown = cut >= 16 ? 0 : cut;
    assert.ok(out.endsWith(`${'*'.repeat(long.length - shown)} -`), out);
    assert.ok(!out.includes(short), out);
    assert.equal(out.length, long.length + 4);
  }
  assert.equal(await through(['0123456789abcdefgh'], [long, short]), '0123456789********');
});

test('nobody learns by what is held back how a form begins', () => {
  const form = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
  const body = new RedactedBody([form]);
  for (let length = 1; length < 16; length += 1) {
    body.write(form.slice(0, length));
    assert.equal(String(body.read()), form.slice(0, length));
  }
  body.write(`, ${form.slice(0, 16)}`);
  assert.equal(String(body.read()), ', ');
  body.write(`${form.slice(16)}, and so on`);
  assert.equal(String(body.read()), `${'*'.repeat(form.length)}, and so on`);
});

test('a value is known as others write it', () => {
  const forms = formsOf([{ value: `a/b+c d"'<&`, placeholder: 'P' }], ['QQ/+==']).map(([form]) => form);
  for (const form of [
    'a\\/b+c d\\"\'<&',
    "a%2fb%2bc%20d%22'%3c%26",
    'a%2Fb%2Bc+d%22%27%3C%26',
    'a/b+c d&quot;&#39;&lt;&amp;',
  ])
    assert.ok(forms.includes(form), form);
  for (const form of ['QQ/+==', 'QQ\\/+==', 'QQ%2F%2B%3D%3D']) assert.ok(forms.includes(form), form);
});
