import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { limits } from '../../../model/limits.ts';
import { ownerKey, ownerOf } from '../../../worker-manager/active-pool/owner.ts';
import type { PortionOrder } from '../../../protocol/session/session-messages.ts';
import { moduleFunction, startedBy } from '../module-function.ts';
import { portionPlace } from './portion-place.ts';
import { PortionUse } from './portion-use.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const code = { sha256: 'abc=', zipBytes: 10 };
const order = {
  code: 'a'.repeat(64),
  name: 'p',
  runtime: 'nodejs24.x',
  memoryMb: 128,
  timeoutMs: 1_000,
  environment: {},
  detached: false,
  apart: true,
  batches: false,
} as const;
const untrusted: PortionOrder = { trust: 'untrusted', group: 'g', kernel: 'own' };

describe('Where a portion runs', () => {
  const functionOf = (program: string, portion?: PortionOrder): FunctionVersion =>
    moduleFunction(scope, { ...order, ...(portion && { portion }) }, code, 0, undefined, { program, ownKernel: true });
  const keyOf = (...args: Parameters<typeof functionOf>): string => ownerKey(ownerOf(functionOf(...args)));

  test('is where nothing else does: no other program, trust, group, nor a thread that is none', () => {
    const keys = [
      keyOf('one'),
      keyOf('one', untrusted),
      keyOf('other', untrusted),
      keyOf('one', { ...untrusted, group: 'h' }),
      keyOf('one', { ...untrusted, trust: 'trusted' }),
      ownerKey(ownerOf({ ...functionOf('one', untrusted), tenancy: 'PER_TENANT' }, 'blue')),
      ownerKey(ownerOf({ ...functionOf('one', untrusted), account: '210987654321' })),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(keyOf('one', untrusted), keyOf('one', untrusted));
  });

  test('is a container that no other program’s calls get, though they are the same code', () => {
    const revisions = [functionOf('one'), functionOf('one', untrusted), functionOf('two', untrusted)];
    assert.equal(new Set(revisions.map(({ revisionId }) => revisionId)).size, 3);
  });

  test('reaches nothing where nothing is said, and never more than what started it', () => {
    const starter = { egress: 'a.example', program: 'f@1' };
    const surroundings = { program: 'f@1', ownKernel: true };
    const said = { ...order, portion: untrusted, egress: 'all' };
    const fn = moduleFunction(scope, said, code, 0, starter, surroundings);
    assert.deepEqual([fn.egress, fn.egressWithin, fn.apart], ['all', ['a.example'], true]);
    assert.deepEqual(
      [functionOf('one', untrusted).egress, functionOf('one', untrusted).environment],
      ['none', { HEDDLE_THREAD_CODE: order.code }],
    );
  });

  test('is of the program of those that started it', () => {
    assert.deepEqual(startedBy({ apart: false }, { program: 'f@1' }, undefined, 'f@1').program, 'f@1');
  });

  test('is nowhere for what is untrusted, where it would share a kernel or is not apart', () => {
    const shared = { program: 'one', ownKernel: false };
    assert.throws(() => portionPlace({ apart: true, portion: untrusted }, shared), { name: 'NotImplementedException' });
    assert.throws(
      () => portionPlace({ apart: false, portion: untrusted }, { ...shared, ownKernel: true }),
      /without `apart`/,
    );
    assert.ok(portionPlace({ apart: true, portion: { ...untrusted, kernel: 'any' } }, shared));
    assert.ok(portionPlace({ apart: false, portion: { ...untrusted, trust: 'trusted' } }, shared));
    assert.equal(portionPlace({ apart: false }, shared), undefined);
  });
});

describe('What portions did', () => {
  const place = { trust: 'untrusted', program: 'one', group: 'g' } as const;

  test('is counted by account and trust, groups until they or their program are over', () => {
    const use = new PortionUse(() => assert.fail('none is too many'));
    const ends = [place, place, { ...place, group: 'h' }].map((each) => use.begin('a', each));
    ends[0]?.({ ok: true });
    ends[1]?.({ ok: false });
    use.begin('a', { ...place, trust: 'trusted', program: 'two' });
    assert.deepEqual(use.totals('a'), {
      untrusted: { calls: 3, running: 1, failed: 1, groups: 2 },
      trusted: { calls: 1, running: 1, failed: 0, groups: 1 },
    });
    assert.deepEqual(use.totals('b').untrusted, { calls: 0, running: 0, failed: 0, groups: 0 });
    assert.deepEqual(
      [use.end('one', 'g'), use.end('one', 'g'), use.end('one'), use.end('one')],
      [true, false, true, false],
    );
    assert.equal(use.totals('a').untrusted.groups, 0);
  });

  test('has a limit of groups for a program: that ends which was not called for longest, and no call is ended', () => {
    const over: string[] = [];
    const use = new PortionUse((account, program, group) => void over.push(`${account} ${program} ${group}`));
    const begin = (group: string) => use.begin('a', { ...place, group });
    const ends = Array.from({ length: limits.portionGroupsPerProgramMax }, (_, n) => begin(`g${n}`));
    assert.throws(() => begin('more'), { name: 'TooManyRequestsException' });
    for (const n of [1, 2, 3]) ends[n]?.({ ok: true });
    begin('g1')({ ok: true });
    begin('more');
    assert.deepEqual(over, ['a one g2']);
    assert.equal(use.totals('a').untrusted.groups, limits.portionGroupsPerProgramMax);
  });
});
