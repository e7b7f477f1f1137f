import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from './commands.ts';

test('each command is loaded by its own name', async () => {
  for (const [name, load] of commands) assert.equal((await load(false)).name(), name);
});
