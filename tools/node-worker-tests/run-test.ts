import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../tidy/source.ts';

/** What came of one of Node's tests. */
export interface TestRun {
  readonly name: string;
  /** Exit code 0; says nothing of where its workers ran. */
  readonly passed: boolean;
  /** Workers that it started elsewhere. */
  readonly starts: number;
  readonly output: string;
}

const testMsMax = 60_000;
let runs = 0;

const preloads = ['src/sdk/worker-threads/register.ts', 'tools/node-worker-tests/count-starts.ts'];
const nodeOptions = preloads.map((path) => `--import=${pathToFileURL(join(root, path)).href}`).join(' ');

/**
 * Runs one of Node's tests as `node --import heddle/register` would, in `folder` (Node's `test`), on the service of `home`; with
 * `home` undefined on Node's own workers.
 */
export async function runTest(folder: string, name: string, home: string | undefined): Promise<TestRun> {
  const scratch = mkdtempSync(join(tmpdir(), 'heddle-node-test-'));
  const starts = join(scratch, 'starts');
  const file = join(folder, 'parallel', name);
  const flags = /^\/\/ Flags: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim().split(/\s+/) ?? [];
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_TEST_KNOWN_GLOBALS: '0', NODE_TEST_DIR: '/tmp' };
  // A folder that is there in containers too; in it, one for this run.
  env['TEST_SERIAL_ID'] = `heddle-${process.pid}-${++runs}`;
  delete env['NODE_TEST_CONTEXT'];
  env['NODE_WORKER_TESTS_STARTS'] = starts;
  if (home !== undefined) {
    env['NODE_OPTIONS'] = nodeOptions;
    env['HEDDLE_HOME'] = home;
    // Each test is a process of its own: they load what they preload in half the time.
    env['NODE_COMPILE_CACHE'] = join(home, 'compiled');
    env['HEDDLE_WORKER_FILES'] = join(folder, 'fixtures/keys/rsa_private.pem');
  }
  const child = spawn(process.execPath, [...flags, file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), testMsMax);
  const [code]: unknown[] = await once(child, 'close');
  clearTimeout(timer);
  const started = existsSync(starts) ? readFileSync(starts, 'utf8').length : 0;
  for (const path of [scratch, `/tmp/.tmp.${env['TEST_SERIAL_ID']}`]) rmSync(path, { recursive: true, force: true });
  return { name, passed: code === 0, starts: started, output: code === null ? `${output}\nkilled` : output };
}
