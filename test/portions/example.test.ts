import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { driversUnderTest } from '../e2e/drivers.ts';

const root = join(import.meta.dirname, '..', '..');
const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

test('the example runs what a model wrote, and only what was asked comes of it', { skip }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'heddle-agent-'));
  const { HEDDLE_URL: _url, ...rest } = process.env;
  const env = { ...rest, HEDDLE_DRIVER: 'host', HEDDLE_HOME: home };
  const { stdout } = await promisify(execFile)(join(root, 'heddle'), ['run', 'examples/portions/agent.ts'], {
    cwd: root,
    env,
  });
  rmSync(home, { recursive: true });
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(': ').slice(0, 2).join(': '));
  assert.match(kinds.shift() ?? '', /^a good one: 105 cents, signed [0-9a-f]{8}$/);
  assert.deepEqual(kinds, [
    'one that asks for too much: throw',
    'one that looks for the key: result',
    'one that calls home: throw',
    'one that never ends: timeout',
    'one that is greedy: oom',
    'one that would spoil objects: result',
    'one that floods: calls',
  ]);
});
