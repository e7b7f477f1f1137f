import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Shape } from '../../sdk/shape.ts';
import { instancesTable } from './instances.ts';

test('a tenant is named with its instance, a long one by its beginning', () => {
  const shown = (tenantId: string): string | undefined =>
    stripVTControlCharacters(instancesTable([new Shape({ id: 'i-1', state: 'allocated', tenantId }, 'i')])).split(
      '\n',
    )[1];
  assert.match(shown('blue') ?? '', /^i-1 +allocated  tenant blue +0s/);
  assert.match(shown('t'.repeat(256)) ?? '', /^i-1 +allocated  tenant t{39}… +0s/);
});

test('a portion is named by its trust and group', () => {
  const portion = { trust: 'untrusted', group: 'plug-ins' };
  const table = instancesTable([new Shape({ id: 'i-1', state: 'allocated', portion }, 'i')]);
  assert.match(stripVTControlCharacters(table).split('\n')[1] ?? '', /^i-1 +allocated  untrusted plug-ins +0s/);
});
