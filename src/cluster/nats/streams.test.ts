import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { untilAnswered } from './streams.ts';

const { signal } = new AbortController();
const answers = (error: Error): Promise<unknown> => untilAnswered(() => Promise.reject(error), signal);

test('of a server that runs by itself it is said how to have what it can', async () => {
  const description = 'replicas > 1 not supported in non-clustered mode';
  const error = new JetStreamApiError({ code: 500, err_code: 10_074, description });
  await assert.rejects(answers(error), /--cluster-replicas 1/);
});

test('who has the key of another user is told so, and does not ask for ever', async () => {
  const refused = new errors.PermissionViolationError('Permissions Violation', 'publish', '$JS.API.>');
  await assert.rejects(answers(refused), /key of the hosts' user/);
  await assert.rejects(answers(new errors.RequestError('refused', { cause: refused })), /key of the hosts' user/);
});
