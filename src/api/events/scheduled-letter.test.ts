import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduledLetterIn } from './scheduled-letter.ts';

const scheduleArn = 'arn:aws:scheduler:us-east-1:1:schedule/default/nightly';
const functionArn = 'arn:aws:lambda:us-east-1:1:function:report:live';

function letter(body: string, target: string, more: Readonly<Record<string, string>> = {}): unknown {
  const attributes: Readonly<Record<string, string>> = { SCHEDULE_ARN: scheduleArn, TARGET_ARN: target, ...more };
  return scheduledLetterIn(body, (name) => attributes[name] ?? '');
}

test('what a schedule could not deliver goes to its target again', () => {
  assert.deepEqual(letter('{"n":12345678901234567890}', functionArn), {
    ...{ kind: 'event', functionName: functionArn, payload: '{"n":12345678901234567890}' },
  });
  assert.deepEqual(letter('any text', 'arn:aws:sqs:us-east-1:1:jobs'), {
    ...{ kind: 'message', queue: 'jobs', input: { MessageBody: 'any text' } },
  });
  assert.deepEqual(letter('x', 'arn:aws:sqs:us-east-1:1:jobs.fifo', { EXECUTION_ID: 'e1' }), {
    ...{ kind: 'message', queue: 'jobs.fifo' },
    input: { MessageBody: 'x', MessageGroupId: 'default/nightly', MessageDeduplicationId: 'e1' },
  });
});

test('of a universal target the letter is the request', () => {
  const invoke = 'arn:aws:scheduler:::aws-sdk:lambda:invoke';
  const asked = { FunctionName: 'report', Qualifier: '3', Payload: { a: 1 }, TenantId: 't' };
  assert.deepEqual(letter(JSON.stringify(asked), invoke), {
    ...{ kind: 'event', functionName: 'report', qualifier: '3', payload: '{"a":1}', tenantId: 't' },
  });
  const message = { QueueUrl: 'http://127.0.0.1/1/jobs', MessageBody: 'x', DelaySeconds: 3 };
  assert.deepEqual(letter(JSON.stringify(message), 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage'), {
    ...{ kind: 'message', input: message },
  });
  assert.equal(Object(letter('no JSON', invoke)).kind, 'lost');
  assert.equal(Object(letter('{}', invoke)).kind, 'lost');
});

test('what was cut is lost, and what no schedule gave up is nothing of theirs', () => {
  assert.match(Object(letter('{', functionArn, { IS_PAYLOAD_TRUNCATED: 'true' })).why, /default\/nightly/);
  assert.equal(
    scheduledLetterIn('{}', () => ''),
    undefined,
  );
});
