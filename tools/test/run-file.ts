import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from 'node:test';
import { root } from '../tidy/source.ts';
import { endMarked, markName } from './marked.ts';
import type { FileResult } from './results.ts';
import { Results } from './results.ts';

/** How long a file's processes may take to let go of what they print, once they were killed. */
const goneMsMax = 10_000;

/**
 * Runs one test file in a process of its own, and kills that and all it has started when `fileMsMax` milliseconds are
 * over, and what it has left running when it has ended. Never rejects: what went wrong is a failure in the result.
 */
export async function runFile(file: string, fileMsMax: number): Promise<FileResult> {
  const results = new Results(file);
  const mark = randomUUID();
  const events = run({
    files: [join(root, file)],
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, [markName]: mark },
  });
  events.on('test:pass', (data) => results.pass(data));
  events.on('test:fail', (data) => results.fail(data));
  events.on('test:summary', (data) => results.summary(data));
  events.on('test:stderr', (data) => results.output(data.message));
  events.on('test:stdout', (data) => results.output(data.message));
  const ended = (async (): Promise<'ended'> => {
    // Reading is what makes the stream flow to its end, which comes when nobody can print any more.
    for await (const _event of events);
    return 'ended';
  })();
  const over = new AbortController();
  const outcome = await Promise.race([ended, sleep(fileMsMax, 'late' as const, { signal: over.signal })]);
  over.abort();
  const left = endMarked(mark);
  if (outcome === 'late') {
    results.late(fileMsMax, left);
    const waiting = new AbortController();
    await Promise.race([ended, sleep(goneMsMax, undefined, { signal: waiting.signal })]);
    waiting.abort();
  }
  return results.end(outcome === 'late' ? [] : left);
}
