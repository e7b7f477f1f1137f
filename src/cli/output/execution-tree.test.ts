import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'node:test';
import { Shape } from '../../sdk/shape.ts';
import { executionTree } from './execution-tree.ts';

const at = (seconds: number, event: Readonly<Record<string, unknown>>): Shape =>
  new Shape({ EventTimestamp: seconds, ...event }, 'event');

test('a history is a tree: what is inside a context stands below it, with attempts, times and what came of it', () => {
  const lines = executionTree(
    [
      at(0, { EventType: 'ExecutionStarted', Id: 'e', EventId: 1 }),
      at(1, { EventType: 'ContextStarted', Id: 'c', Name: 'both', SubType: 'Parallel' }),
      at(1, { EventType: 'StepStarted', Id: 's', Name: 'left', SubType: 'Step', ParentId: 'c' }),
      at(2, {
        EventType: 'StepFailed',
        Id: 's',
        StepFailedDetails: {
          Error: { Payload: { ErrorMessage: 'not yet' } },
          RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 1 },
        },
      }),
      at(3, {
        EventType: 'StepSucceeded',
        Id: 's',
        StepSucceededDetails: { Result: { Payload: '"left"' }, RetryDetails: { CurrentAttempt: 2 } },
      }),
      at(3, { EventType: 'WaitStarted', Id: 'w', SubType: 'Wait', WaitStartedDetails: { Duration: 60 } }),
    ],
    7_000,
  );
  assert.deepEqual(lines.map(stripVTControlCharacters), [
    '├ …  both  parallel  6000 ms',
    '│ └ ✓  left  step  2000 ms, 2 attempts  "left"',
    '└ …  wait 60 s  4000 ms',
  ]);
});
