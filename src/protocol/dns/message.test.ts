import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressAnswer, dnsType, nameError, noData, parseQuestion, sameQuestion, truncated } from './message.ts';

/** A question as glibc sends it: recursion desired, one question. */
function question(name: string, type: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]);
  const head = Buffer.from('abcd01000001000000000000', 'hex');
  return Buffer.concat([head, ...labels, Buffer.of(0, 0, type, 0, 1), more]);
}

test('a question is read, in lower case, whatever comes behind it', () => {
  const edns = Buffer.from('0000291000000000000000', 'hex');
  const read = parseQuestion(question('Db.Example.ORG', dnsType.a, edns));
  assert.equal(read?.name, 'db.example.org');
  assert.equal(read?.type, dnsType.a);
  assert.equal(parseQuestion(question('a b.org', 1))?.name, 'a\\032b.org');
});

test('an answer has the number and question of what was asked', () => {
  const asked = parseQuestion(question('db.lan', dnsType.a, Buffer.alloc(11))) ?? assert.fail('no question');
  const answer = addressAnswer(asked, Uint8Array.of(127, 64, 0, 2), 60);
  assert.equal(
    answer.toString('hex'),
    'abcd81800001000100000000026462036c616e0000010001c00c000100010000003c00047f400002',
  );
  assert.equal(nameError(asked).readUInt8(3) & 15, 3);
  assert.equal(noData(asked).readUInt16BE(6), 0);
});

test('what is no question is not answered', () => {
  const good = question('db.lan', 1);
  for (let length = 0; length < good.length; length += 1)
    assert.equal(parseQuestion(good.subarray(0, length)), undefined);
  const response = Buffer.from(good);
  response.writeUInt8(0x81, 2);
  assert.equal(parseQuestion(response), undefined);
  const two = Buffer.from(good);
  two.writeUInt16BE(2, 4);
  assert.equal(parseQuestion(two), undefined);
  const pointer = Buffer.from(good);
  pointer.writeUInt8(0xc0, 12);
  assert.equal(parseQuestion(pointer), undefined);
});

test('a question that is passed on has nothing of the asker but name and type', () => {
  const smuggled = Buffer.from('0000291000000000000008000a0004deadbeef', 'hex');
  const asked = question('db.example.org', 16, smuggled);
  asked.writeUInt16BE(0x01b0, 2); // checking disabled, and more
  asked.writeUInt16BE(1, 10);
  const read = parseQuestion(asked) ?? assert.fail('no question');
  assert.deepEqual([read.extended, read.answerBytesMax], [true, 4_096]);
  const same = sameQuestion(read, 0x1234);
  assert.equal(
    same.toString('hex'),
    `1234010000010000000000010264620765786 16d706c65036f72670000100001000029100000000000 0000`.replaceAll(' ', ''),
  );
  const plain = parseQuestion(question('db.example.org', 16, Buffer.from('not EDNS at all'))) ?? assert.fail('none');
  assert.deepEqual([plain.extended, plain.answerBytesMax], [false, 512]);
  assert.equal(sameQuestion(plain, 1).length, plain.head.length);
  assert.equal(truncated(plain).readUInt8(2) & 2, 2);
});
