import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownAddress } from './traces.ts';

test('the address of a receiver is logged without what signs in there', () => {
  assert.equal(shownAddress('http://me:secret@127.0.0.1:4318/otlp?token=secret#secret'), 'http://127.0.0.1:4318/otlp');
  assert.equal(shownAddress('https://traces.example'), 'https://traces.example/');
  assert.equal(shownAddress('secret'), undefined);
  assert.equal(shownAddress(undefined), undefined);
});
