import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sharedLibrary } from '../../instance/testing/shared-library.ts';
import { visibleProcessors } from '../../protocol/machine-view.ts';
import { python, startPython } from './testing.ts';

// What a function of Python finds around itself, and how its interpreter is started.

describe('A function of Python', { skip: python === undefined }, () => {
  test('sees its own environment and paths only', async () => {
    const code = `import os, sys
def handler(e, c): return [dict(os.environ), sys.path[0], [p for p in sys.path if "heddle" in p and p != sys.path[0]], sorted(m for m in sys.modules if "heddle" in m and "." not in m), sys.argv]`;
    await using runtime = await startPython({ 'app.py': code, 'lib/x.py': '' });
    runtime.init({ handler: 'app.handler', environment: { A: '1', PYTHONPATH: '/somewhere' } });
    const { value } = await runtime.invoke({});
    assert.deepEqual(value, [
      { A: '1', PYTHONPATH: '/somewhere' },
      runtime.taskRoot,
      [],
      ['heddle_runtime'],
      ['/var/runtime/bootstrap.py'],
    ]);
  });

  test('has the options that an interpreter reads at its start, and the program that starts it', async () => {
    const code = `import os, sys
def handler(e, c): return [sys.flags.hash_randomization, os.environ.get("WRAPPED"), len(e)]`;
    const wrapper = '#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n';
    await using runtime = await startPython({ 'app.py': code, wrapper });
    await chmod(join(runtime.taskRoot, 'wrapper'), 0o755);
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: join(runtime.taskRoot, 'wrapper'), PYTHONHASHSEED: '0' };
    runtime.init({ handler: 'app.handler', environment });
    const large = 300_000;
    const { value, types } = await runtime.invoke('x'.repeat(large));
    assert.deepEqual(
      [value, types],
      [
        [0, '5', large],
        ['started', 'result'],
      ],
    );
    assert.deepEqual((await runtime.invoke('y')).value, [0, '5', 1]);
  });

  test('finds libraries where its own environment says', async () => {
    const code = `import ctypes, os
ctypes.CDLL(os.getcwd() + "/module.so")
def handler(e, c): return os.environ["LD_LIBRARY_PATH"]`;
    await using runtime = await startPython({
      'app.py': code,
      'module.so': sharedLibrary('module.so', ['libown.so']),
      'vendor/libown.so': sharedLibrary('libown.so'),
    });
    const environment = { LD_LIBRARY_PATH: `/opt/lib:${runtime.taskRoot}/vendor` };
    runtime.init({ handler: 'app.handler', environment });
    assert.equal((await runtime.invoke()).value, environment.LD_LIBRARY_PATH);
  });

  // Newer ones import something of their own when they are told their paths, which code and layers may come after.
  test('finds what is in folders that were not there when something was imported before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-python-paths-'));
    const script = `
import os, sys, types
sys.modules["heddle_runtime.constants"] = types.SimpleNamespace(ERROR_TEXT_MAX=1, TRACE_LINES_MAX=1)
sys.dont_write_bytecode = True
sys.path[:0] = [${JSON.stringify(import.meta.dirname)}, "later"]
try:
    import nothing_there
except ImportError:
    from heddle_runtime.loading import existing
os.mkdir("later")
with open("later/found.py", "w") as file:
    file.write("value = 42")
sys.path[:] = existing(sys.path)
import found
print(found.value)`;
    try {
      assert.equal(execFileSync(python ?? '', ['-c', script], { cwd: folder, encoding: 'utf8' }), '42\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('sees a machine as large as its function', async () => {
    const code = `import concurrent.futures, multiprocessing, os
names = ["SC_PHYS_PAGES", os.sysconf_names["SC_PHYS_PAGES"], "SC_AVPHYS_PAGES", "SC_NPROCESSORS_ONLN"]
first = [os.sysconf(n) for n in names]
def handler(e, c): return [*first, os.sysconf("SC_PAGE_SIZE"), multiprocessing.cpu_count(), len(os.sched_getaffinity(0)), os.sysconf.__name__]`;
    const pages = (600 * 1_048_576) / 4_096;
    const processors = visibleProcessors(600, availableParallelism());
    await using runtime = await startPython({ 'app.py': code });
    runtime.init({ handler: 'app.handler', memoryMb: 600 });
    const { value } = await runtime.invoke();
    assert.ok(Array.isArray(value));
    const [free] = value.splice(2, 1);
    assert.deepEqual(value, [pages, pages, processors, 4_096, processors, processors, 'sysconf']);
    assert.ok(free > 0 && free <= pages, `${free} pages`);
  });

  test('is told of a program to start it by that is not there', async () => {
    await using runtime = await startPython({ 'app.py': '' });
    runtime.init({ handler: 'app.handler', environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/none' } });
    const { last } = await runtime.invoke();
    assert.ok(last.type === 'error' && last.exits === true);
    assert.match(
      last.error.errorMessage,
      /AWS_LAMBDA_EXEC_WRAPPER names \/opt\/none, which cannot be started: No such file/,
    );
  });
});
