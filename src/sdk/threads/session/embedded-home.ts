import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that does not outlive this process. */
export interface PassingFolder {
  readonly path: string;
  /** Idempotent. */
  remove(): void;
}

/**
 * Waits for the end of its standard input, which comes with the end of the process that holds the other end, however that ends; the
 * kernel may need a moment more for what still writes into the folder.
 */
const caretaker = 'read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" && exit; sleep 0.2; done';

/** Makes a folder that is removed when this process ends, even by a signal that it cannot catch. */
export function makePassingFolder(): PassingFolder {
  const path = mkdtempSync(join(tmpdir(), 'heddle-embedded-'));
  // In a session of its own: what a terminal sends to this program is not for it.
  const child = spawn('/bin/sh', ['-c', caretaker, 'sh', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  // Without it there is still the end in good order.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    child.stdin.destroy();
  };
  process.on('exit', remove);
  return { path, remove };
}
