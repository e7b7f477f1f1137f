import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './batch-answer.ts';

const ids = new Set(['a', 'b']);
const kindOf = (answer: string): string => outcomeOf(Buffer.from(answer), ids).kind;

test('what a function answers of its batch, as AWS reads it', () => {
  for (const answer of ['', 'null', '{}', '{"batchItemFailures":[]}', '{"batchItemFailures":null}'])
    assert.equal(kindOf(answer), 'ok', answer);
  for (const answer of [
    '{"batchItemFailures":[{"itemIdentifier":""}]}',
    '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"other":"a"}]}',
    '{"batchItemFailures":[{"itemIdentifier":"c"}]}',
    '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}',
    '{"batchItemFailures":"a"}',
    '{"other":1}',
    '[]',
    '"text"',
    'no JSON',
  ])
    assert.equal(kindOf(answer), 'failed', answer);
  const some = outcomeOf(Buffer.from('{"batchItemFailures":[{"itemIdentifier":"b"}]}'), ids);
  assert.deepEqual(some, { kind: 'some', failed: new Set(['b']) });
});

test('records of Kafka are named by their partition and offset', () => {
  const kafka = new Set(['my-topic-0-7']);
  for (const name of ['partition', 'topic-partition']) {
    const answer = { batchItemFailures: [{ itemIdentifier: { [name]: 'my-topic-0', offset: 7 } }] };
    assert.deepEqual(outcomeOf(Buffer.from(JSON.stringify(answer)), kafka), { kind: 'some', failed: kafka });
  }
  for (const wrong of [{ partition: 'my-topic-0' }, { offset: 7 }, { partition: 'my-topic-0', offset: '7' }, {}]) {
    const answer = { batchItemFailures: [{ itemIdentifier: wrong }] };
    assert.equal(outcomeOf(Buffer.from(JSON.stringify(answer)), kafka).kind, 'failed', JSON.stringify(wrong));
  }
});
