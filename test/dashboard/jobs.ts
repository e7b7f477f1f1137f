import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RunningService } from '../e2e/service.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** Runs a program of `fixtures/` against a service, to its end, and gives what it printed. */
export async function runJob({ home }: Pick<RunningService, 'home'>, program: string): Promise<string> {
  const child = spawn(process.execPath, [main, 'run', join(import.meta.dirname, 'fixtures', program)], {
    env: { ...process.env, HEDDLE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.equal(code, 0);
  return printed;
}
