import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { zipOf } from '../../frontend/testing/zip-of.ts';
import { systemClock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import { CompiledPython } from './compiled-python.ts';
import { checkWarm, whyMissing } from '../instances/missing-runtimes.ts';

const never = new AbortController().signal;
const large = `x = 1\n${'# so that it is worth it\n'.repeat(4_000)}`;

/** A worker manager whose compiler answers what a hostile container might. */
function answering(answers: readonly Buffer[]): WorkerManager {
  const left = [...answers];
  const no = (): never => assert.fail('not asked for');
  return {
    invoke: async ({ ofService }) => ({
      // Whatever the account may have: it is none of its calls.
      result: ofService === true ? { ok: true, payload: left.shift() ?? assert.fail('asked once too often') } : no(),
      startPath: 'new-container',
      startMs: 1,
      durationMs: 1,
      memoryPeakMb: 1,
      instanceId: 'i',
      containerId: 'c',
      log: '',
    }),
    prepare: no,
    reserve: () => undefined,
    provision: () => undefined,
    provisioned: () => undefined,
    retire: () => undefined,
    removed: () => undefined,
    portionsEnded: no,
    readiness: no,
    refusal: no,
    useOf: no,
    limitsChanged: no,
    snapshot: no,
    stop: no,
  };
}

function answer(next: number | null, files: Readonly<Record<string, string>>): Buffer {
  const header = { next, files: Object.entries(files).map(([path, text]) => [path, text.length]) };
  return Buffer.from(`${JSON.stringify(header)}\n${Object.values(files).join('')}`);
}

/** Paths of the function's code after the compiler has answered so. */
async function pathsAfter(...answers: readonly Buffer[]): Promise<readonly string[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-compiled-'));
  const codeStore = await openCodeStore({ folder: folder.path, clock: systemClock });
  const zip = await zipOf({ 'app.py': large, 'p/m.py': 'y = 2' });
  using code = await codeStore.put(zip);
  const fn: FunctionVersion = {
    account: '000000000000',
    name: 'f',
    arn: 'arn',
    version: '$LATEST',
    revisionId: 'r',
    runtime: 'python3.11',
    handler: 'app.handler',
    codeSha256: code.sha256,
    codeBytes: code.zipBytes,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: {},
    description: '',
    role: '',
    modifiedAt: 0,
  };
  const compiled = new CompiledPython({ codeStore, clock: systemClock, logger: pino({ level: 'silent' }) });
  await compiled.keep(fn, answering(answers), never);
  const { files, sha256 } = await compiled.source(fn);
  assert.notEqual(sha256, code.sha256);
  return files.map(({ path }) => path).toSorted();
}

const plain = ['app.py', 'p/m.py'];
const [first, second] = ['__pycache__/app.cpython-311.pyc', 'p/__pycache__/m.cpython-311.pyc'];

test('what was compiled comes with the code from then on, in as many parts as it takes', async () => {
  const paths = await pathsAfter(answer(1, { [first]: 'a' }), answer(null, { [second]: 'b' }));
  assert.deepEqual(paths, [first, ...plain, second].toSorted());
});

test('an answer that is none leaves the code as it is', async () => {
  for (const hostile of [
    Buffer.alloc(0),
    Buffer.from('{"files": 1}\n'),
    answer(null, { 'app.py': 'print("mine")' }),
    answer(null, { '../../etc/x.cpython-311.pyc': 'x' }),
    answer(null, { '__pycache__/other.cpython-311.pyc': 'x' }),
    answer(0, { [first]: 'a' }),
    Buffer.from(`{"next": null, "files": [["${first}", 1000]]}\nx`),
  ])
    assert.deepEqual(await pathsAfter(hostile), plain);
});

test('what the driver cannot have is told with what to do, also where it is to be kept warm', () => {
  const why = whyMissing({ name: 'host', missingRuntimes: () => ({ 'python3.13': 'it is not there' }) });
  assert.equal(why('python3.13'), 'python3.13 cannot run here with the driver host: it is not there.');
  assert.equal(why('python3.11'), undefined);
  const warm = { runtime: 'python3.13', memoryMb: 256, min: 1, max: 1 } as const;
  assert.throws(() => checkWarm([warm], why), /--warm names a runtime that is not there\. python3\.13 cannot run/);
  checkWarm([{ ...warm, min: 0, max: 0 }], why);
});
