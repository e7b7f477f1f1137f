import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Execution } from '../../../model/executions/execution.ts';
import { newExecution } from './new-execution.ts';
import { roomOf } from './room.ts';
import { functionNamed } from '../testing/scripted.ts';

const { execution } = newExecution({
  function: functionNamed('any'),
  kind: 'function',
  durable: { timeoutSeconds: 60, retentionDays: 1 },
  name: 'any',
  input: '{}',
  resultBytesMax: 1_000,
  uuid: 'any',
  now: 0,
});

test('what begins something needs all of the room, what ends something half of it, and what ends the execution none', () => {
  const cases: readonly (readonly [Partial<Execution>, ReturnType<typeof roomOf>])[] = [
    [{ operations: execution.operations + 1 }, 'extend'],
    [{ phase: 'active' }, 'extend'],
    [{ bytes: execution.bytes + 200_000 }, 'proceed'],
    [{ bytes: execution.bytes + 100 }, 'commit'],
    [{ phase: 'asleep' }, 'commit'],
    [{ status: 'SUCCEEDED', operations: execution.operations + 1, bytes: execution.bytes + 200_000 }, 'commit'],
  ];
  for (const [change, expected] of cases)
    assert.equal(roomOf(execution, { execution: { ...execution, ...change }, children: [] }), expected);
});
