import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAmong, placeText } from '../../model/secrets/secret-use.ts';
import { parseSecretUses, placeOf, SecretUseError } from './secret-uses.ts';

test('uses of secrets are words, or JSON', () => {
  assert.deepEqual(
    parseSecretUses('STRIPE=api.Stripe.com, CRM=https://crm.lan:8443 OLD=http://old.lan ALL=*.example.org'),
    [
      { secret: 'STRIPE', host: 'api.stripe.com', port: 443, scheme: 'https' },
      { secret: 'CRM', host: 'crm.lan', port: 8_443, scheme: 'https' },
      { secret: 'OLD', host: 'old.lan', port: 80, scheme: 'http' },
      { secret: 'ALL', host: '*.example.org', port: 443, scheme: 'https' },
    ],
  );
  const one = { secret: 'A', host: 'a.org', variable: 'KEY', header: 'X-Key', value: 'Key ${A}', query: true };
  assert.deepEqual(parseSecretUses(JSON.stringify([one, 'B=b.org'])), [
    {
      secret: 'A',
      host: 'a.org',
      port: 443,
      scheme: 'https',
      variable: 'KEY',
      header: 'x-key',
      value: 'Key ${A}',
      query: true,
    },
    { secret: 'B', host: 'b.org', port: 443, scheme: 'https' },
  ]);
  assert.deepEqual(parseSecretUses(''), []);
});

test('what cannot be meant is refused, and said', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['STRIPE', /should be NAME=HOST/],
    ['1A=a.org', /no name of a secret/],
    ['A=10.0.0.1', /no place for a secret/],
    ['A=a.org/path', /no place/],
    ['A=ftp://a.org', /no place/],
    ['A=user@a.org', /no place/],
    ['A=*.org', /no place/],
    ['A=a.org:70000', /no place/],
    ['PATH=a.org', /variable PATH is taken/],
    ['NODE_OPTIONS=a.org', /is taken/],
    ['A=a.org:99 B=http://a.org:99', /by http and by https/],
    ['[{"secret":"A","host":"a.org","odd":1}]', /"odd" is nothing/],
    ['[{"secret":"A","host":"a.org","header":"Host"}]', /no header that a secret may stand in/],
    ['[{"secret":"A","host":"a.org","header":"x","value":"none"}]', /with \$\{A\} in it/],
    ['[{"secret":"A","host":"a.org","header":"x","value":"${A}\\r\\nb: c"}]', /one line of ASCII/],
    ['[{"secret":"A","host":"a.org","variable":"B"},"B=b.org"]', /stand for two secrets/],
    ['[', /is none/],
    [Array.from({ length: 33 }, (_, n) => `A${n}=a.org`).join(' '), /at most 32/],
    ['x'.repeat(20_000), /at most 16384/],
  ];
  for (const [text, message] of wrong)
    assert.throws(
      () => parseSecretUses(text),
      (error) => error instanceof SecretUseError && message.test(error.message),
      text,
    );
});

test('a place is the same host, port and way to speak, or what is below it', () => {
  const [one, below] = [placeOf('api.example.org'), placeOf('*.example.org')];
  const https = { port: 443, scheme: 'https' } as const;
  assert.equal(isAmong([one], 'api.example.org', https), true);
  assert.equal(isAmong([one], 'xapi.example.org', https), false);
  assert.equal(isAmong([below], 'api.example.org', https), true);
  for (const name of ['example.org', 'xexample.org', 'example.org.evil.com'])
    assert.equal(isAmong([below], name, https), false, name);
  assert.equal(isAmong([one], 'api.example.org', { port: 80, scheme: 'http' }), false);
  for (const text of ['a.org', 'https://a.org:99', 'http://a.org', 'http://a.org:443', '*.a.org'])
    assert.equal(placeText(placeOf(text)), text);
});
