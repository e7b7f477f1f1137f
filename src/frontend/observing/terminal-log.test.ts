import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './logger.ts';
import { readableLine } from './terminal-log.ts';

test('on a terminal a person reads the log: words first, what belongs to them after, and nothing that a terminal obeys', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(readableLine(line).replace(/^\S+ /, '')) });
  logger.info({ host: 'h-1', name: 'two words', others: 3 }, 'Joined the cluster.');
  logger.warn({ err: new Error('con\u001B[31mnection\nrefused') }, 'Trying again.');
  assert.deepEqual(lines, [
    'info  Joined the cluster. host=h-1 name="two words" others=3',
    'warn  Trying again. con\uFFFD[31mnection refused',
  ]);
  logger.error({ err: new Error('a bug'), token: 'abc' }, 'An operation failed.');
  assert.match(lines[2] ?? '', /^error An operation failed\. a bug token="\[secret\]"/);
  assert.match(lines[2] ?? '', /\n {4}at .*terminal-log\.test\.ts/);
});
