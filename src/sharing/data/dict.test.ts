import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DictRequest } from '../../api/sharing.ts';
import { RevisionConflictError } from '../../model/sharing.ts';
import { Desk, encode, refusal } from '../testing/desk.ts';

const of = { kind: 'dict', name: 'd', key: 'k' } as const;
const get: DictRequest = { ...of, op: 'get' };
const none = { type: 'version', rev: 0n, value: null };

async function put(desk: Desk, text: string, options: { ifRev?: bigint; ttlMs?: number } = {}): Promise<bigint> {
  const reply = await desk.ask('one', { ...of, op: 'put', value: encode(text), ...options });
  assert.ok(reply.type === 'put');
  return reply.rev;
}

test('a value is what was put last, with the revision that the put gave', async () => {
  const desk = new Desk();
  assert.deepEqual(await desk.ask('one', get), none);
  const first = await put(desk, '1');
  const second = await put(desk, '2');
  assert.ok(second > first);
  assert.deepEqual(await desk.ask('two', get), { type: 'version', rev: second, value: encode('2') });
  assert.deepEqual(await desk.ask('two', { ...of, op: 'delete' }), { type: 'deleted', existed: true });
  assert.deepEqual(await desk.ask('two', { ...of, op: 'delete' }), { type: 'deleted', existed: false });
  assert.equal(desk.count, 0);
});

test('a write that expects another revision is refused with the one there is, also after all was forgotten', async () => {
  const desk = new Desk();
  const first = await put(desk, '1', { ifRev: 0n });
  const conflict = (rev: bigint, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RevisionConflictError);
    assert.equal(error.rev, rev);
    assert.match(error.message, words);
    return true;
  };
  await assert.rejects(put(desk, '2', { ifRev: 0n }), conflict(first, /has revision \d+, where no value was expected/));
  await desk.ask('one', { ...of, op: 'delete', ifRev: first });
  await assert.rejects(put(desk, '2', { ifRev: first }), conflict(0n, /"k" of Dict "d" has no value, where revision/));
  const second = await put(desk, '2', { ifRev: 0n });
  await assert.rejects(desk.ask('one', { ...of, op: 'delete', ifRev: first }), conflict(second, /where revision/));
});

test('a value with a time to live ends by the clock; putting it again without one lets it stay', async () => {
  const desk = new Desk();
  await put(desk, '1', { ttlMs: 10 });
  await desk.clock.advance(9);
  assert.notDeepEqual(await desk.ask('one', get), none);
  await desk.clock.advance(1);
  assert.equal(desk.count, 0);
  await put(desk, '2', { ttlMs: 10 });
  await put(desk, '3');
  await desk.clock.advance(1_000);
  assert.notDeepEqual(await desk.ask('one', get), none);
});

test('a watcher gets what there is and then the newest, however slow it is, and the end of a value', async () => {
  const desk = new Desk();
  await put(desk, '1');
  const stop = new AbortController();
  const versions = desk.objects.watch('account', 'watcher', of, stop.signal);
  const next = async (): Promise<string | null> => {
    const { value } = await versions.next();
    return value.value === null ? null : new TextDecoder().decode(value.value);
  };
  assert.equal(await next(), '1');
  const second = next();
  await put(desk, '2', { ttlMs: 10 });
  assert.equal(await second, '2');
  await put(desk, '3');
  await put(desk, '4', { ttlMs: 10 });
  assert.equal(await next(), '4');
  const end = next();
  await desk.clock.advance(10);
  assert.equal(await end, null);
  const aborted = assert.rejects(next(), { name: 'AbortError' });
  stop.abort();
  await aborted;
  assert.equal(desk.count, 0);
});

test('a watch ends with its holder, which a slow watcher does not bring back', async () => {
  const desk = new Desk();
  await put(desk, '1');
  const stop = new AbortController();
  const versions = desk.objects.watch('account', 'watcher', of, stop.signal);
  await versions.next();
  desk.release('one', 'watcher');
  const ended = assert.rejects(versions.next(), refusal('released', /watcher ended/));
  await desk.clock.settle();
  stop.abort();
  await ended;
  assert.equal(desk.objects.census('account').holders, 0);
});

test('a dictionary and an account hold only so much, and a refused put changes nothing', async () => {
  const desk = new Desk({ sharedDictEntriesMax: 1, sharedBytesPerAccountMax: 6 });
  const rev = await put(desk, '1234');
  await assert.rejects(put(desk, '12345'), refusal('limit', /at most 6 bytes in dictionaries and channels/));
  assert.deepEqual(await desk.ask('one', get), { type: 'version', rev, value: encode('1234') });
  const other = desk.ask('one', { ...of, op: 'put', key: '', value: encode('') });
  await assert.rejects(other, refusal('limit', /at most 1 keys in Dict "d"; there are 1/));
  await put(desk, '1');
  assert.equal(desk.objects.census('account').bytes, 3);
});

test('what was put does not change with the buffer that it was put from', async () => {
  const desk = new Desk();
  const value = encode('1');
  await desk.ask('one', { ...of, op: 'put', value });
  value.fill(0);
  const reply = await desk.ask('one', get);
  assert.deepEqual(reply.type === 'version' && reply.value, encode('1'));
});
