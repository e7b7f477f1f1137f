import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { ApiError } from '../../api/errors.ts';
import { CapacityError } from '../../model/errors.ts';
import { asApiError } from '../routes/error-handling.ts';
import { createLogger } from './logger.ts';
import { loggingObserver } from './logging-observer.ts';

test('refusals for want of capacity are one warning in ten seconds, with their number and without a stack', async () => {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const observer = loggingObserver(createLogger('info', { write: (line) => void lines.push(line) }), clock);
  const refuse = (): void => observer.refused(functionOf('f'), 'r', new CapacityError('Full.', 1));
  const counts = (): unknown[] => lines.splice(0).map((line) => Reflect.get(Object(JSON.parse(line)), 'refused'));
  for (let nth = 0; nth < 1_000; nth += 1) refuse();
  await clock.advance(9_999);
  assert.doesNotMatch(lines.join(''), /stack/);
  assert.deepEqual(counts(), [1]);
  await clock.advance(1);
  assert.deepEqual(counts(), [999]);
  await clock.advance(60_000);
  assert.deepEqual(counts(), []);
  refuse();
  assert.deepEqual(counts(), [1]);
});

test('a client that left is no error of ours', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const { reason } = AbortSignal.abort();
  assert.ok(asApiError(reason, 'InvokeFunction', 1, logger) instanceof ApiError);
  loggingObserver(logger).refused(functionOf('f'), 'r', reason);
  assert.deepEqual(lines, []);
  asApiError(new Error('a bug'), 'InvokeFunction', 1, logger);
  assert.match(lines.join(''), /An operation failed/);
});
