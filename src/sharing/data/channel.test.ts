import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelRequest, SharedReply } from '../../api/sharing.ts';
import { Desk, encode, refusal } from '../testing/desk.ts';

const send = (text: string, capacity = 2): ChannelRequest => ({
  kind: 'channel',
  op: 'send',
  name: 'c',
  capacity,
  value: encode(text),
});
const recv: ChannelRequest = { kind: 'channel', op: 'recv', name: 'c', capacity: 2 };
const close: ChannelRequest = { kind: 'channel', op: 'close', name: 'c', capacity: 2 };
const item = (text: string): SharedReply => ({ type: 'item', value: encode(text) });
const closedError = refusal('closed', /^Channel "c" is closed: nothing more can be sent/);

test('a sender waits while the channel is full, and items come in order', async () => {
  const desk = new Desk();
  await desk.ask('one', send('1'));
  await desk.ask('one', send('2'));
  let sent = false;
  const waiting = desk.ask('one', send('3')).then(() => (sent = true));
  await desk.clock.settle();
  assert.equal(sent, false);
  assert.deepEqual(await desk.ask('two', recv), item('1'));
  await waiting;
  assert.deepEqual([await desk.ask('two', recv), await desk.ask('two', recv)], [item('2'), item('3')]);
  assert.equal(desk.count, 0);
});

test('receivers wait in line, and one who died gets nothing', async () => {
  const desk = new Desk();
  const dead = assert.rejects(desk.ask('dead', recv), refusal('released', /dead ended/));
  const [first, second] = [desk.ask('one', recv), desk.ask('two', recv)];
  desk.release('dead');
  await dead;
  await desk.ask('three', send('1'));
  await desk.ask('three', send('2'));
  assert.deepEqual([await first, await second], [item('1'), item('2')]);
});

test('receivers drain a closed channel and then learn that it is closed; senders are refused', async () => {
  const desk = new Desk();
  await desk.ask('one', send('1'));
  await desk.ask('one', send('2'));
  const waiting = assert.rejects(desk.ask('one', send('3')), closedError);
  await desk.ask('two', close);
  await desk.ask('two', close);
  await waiting;
  await assert.rejects(desk.ask('one', send('4')), closedError);
  assert.deepEqual([await desk.ask('two', recv), await desk.ask('two', recv)], [item('1'), item('2')]);
  assert.deepEqual(await desk.ask('two', recv), { type: 'closed' });
  desk.release('one', 'two');
  assert.equal(desk.count, 0);
});

test('with capacity 0 a sender waits until somebody receives', async () => {
  const desk = new Desk();
  const sent = desk.ask('one', send('1', 0));
  assert.deepEqual(await desk.ask('two', { ...recv, capacity: 0 }), item('1'));
  await sent;
  assert.equal(desk.objects.census('account').bytes, 0);
});

test('an item that its sender waits with goes when the sender dies; what was sent stays', async () => {
  const desk = new Desk();
  await desk.ask('one', send('1'));
  await desk.ask('one', send('2'));
  const waiting = assert.rejects(desk.ask('one', send('3')), refusal('released', /one ended/));
  desk.release('one');
  await waiting;
  assert.deepEqual(desk.objects.census('account'), { objects: 1, waits: 0, holders: 0, bytes: 2 });
});

test('another capacity than the first, and more bytes than the account may have, are refused', async () => {
  const desk = new Desk({ sharedBytesPerAccountMax: 3 });
  await desk.ask('one', send('12'));
  await assert.rejects(desk.ask('one', send('1', 3)), refusal('mismatch', /with 2 items of capacity, .* with 3/));
  await assert.rejects(desk.ask('one', send('34')), refusal('limit', /at most 3 bytes .* there are 2, and 2 more/));
  await desk.ask('one', send('3'));
});

test('what was sent does not change with the buffer that it was sent from', async () => {
  const desk = new Desk();
  const value = encode('1');
  await desk.ask('one', { kind: 'channel', op: 'send', name: 'c', capacity: 2, value });
  value.fill(0);
  assert.deepEqual(await desk.ask('one', recv), item('1'));
});
