import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../../model/limits.ts';
import type { Answer } from '../node/testing.ts';
import { cases, type Case } from './handler-cases.ts';
import { python, startPython } from './testing.ts';

async function first({ code, files, handler = 'app.handler', event = {}, payload }: Case): Promise<Answer> {
  await using runtime = await startPython(files ?? { 'app.py': code ?? '' });
  runtime.init({ handler });
  return await runtime.invoke(event, payload === undefined ? {} : { payload });
}

describe('A function of Python', { skip: python === undefined }, () => {
  for (const each of cases)
    test(`${each.fails === undefined ? 'gives' : 'fails for'} ${each.title}`, async () => {
      const { last, value } = await first(each);
      if (last.type === 'result') {
        assert.equal(each.fails, undefined);
        return assert.deepEqual(value, each.gives);
      }
      const [phase, errorType, message] =
        each.fails ?? assert.fail(`${last.error.errorType}: ${last.error.errorMessage}`);
      assert.deepEqual(
        [last.phase, last.error.errorType, last.exits],
        [phase, errorType, phase === 'init' ? true : undefined],
      );
      assert.match(last.error.errorMessage, message);
    });

  test('is told where it failed, its own frames only', async () => {
    const { last, log } = await first({
      title: '',
      code: 'def inner():\n  raise ValueError("x")\ndef handler(e, c):\n  inner()',
    });
    assert.ok(last.type === 'error');
    const trace = (last.error.trace ?? []).map((entry) => entry.replace(/"[^"]*\//, '"').replace(/\n.*\^\n$/, '\n'));
    assert.deepEqual(trace, [
      '  File "app.py", line 4, in handler\n    inner()\n',
      '  File "app.py", line 2, in inner\n    raise ValueError("x")\n',
    ]);
    assert.match(
      log,
      /^\[ERROR\] ValueError: x\nTraceback \(most recent call last\):\n {2}File ".*app.py", line 4, in handler\n/,
    );
  });

  test('begins when its module is compiled, and its handler when that has run', async () => {
    await using runtime = await startPython({ 'app.py': 'print("top")\ndef handler(e, c): print("in")' });
    const { types, log } = await runtime.first('app.handler');
    assert.deepEqual([types[0], types.at(-1)], ['started', 'result']);
    assert.equal(log, 'top\nin\n');
    const [before] = runtime.initialised;
    // hello, started, and the two writes of `print`.
    assert.equal(before, 4);
    assert.deepEqual(
      (await runtime.invoke()).types.filter((type) => type !== 'log'),
      ['started', 'result'],
    );
  });

  test('prints to its invocation, by print, logging, streams and warnings', async () => {
    const code = `import logging, sys, warnings
def handler(e, c):
  print("out"); print("err", file=sys.stderr); sys.stdout.buffer.write("€".encode()[:1]); sys.stdout.buffer.write("€\\n".encode()[1:])
  logging.info("not at this level"); logging.warning("w %d", 1); warnings.warn("look"); print("surrogate", "\\ud800")
  try: 1 / 0
  except ZeroDivisionError: logging.exception("caught")`;
    const { log } = await first({ title: '', code });
    assert.match(
      log,
      /^out\nerr\n€\n\[WARNING\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t8f507cfc-0000-4000-8000-000000000001\tw 1\n/,
    );
    assert.match(log, /UserWarning: look\n/);
    assert.match(log, /surrogate \?\n/);
    assert.match(
      log,
      /\[ERROR\]\t\S+\t\S+\tcaught\nTraceback \(most recent call last\):\n[^]*ZeroDivisionError: division by zero\n$/,
    );
  });

  test('logs as its settings say: JSON, and from a level on', async () => {
    await using runtime = await startPython({
      'app.py':
        'import logging\ndef handler(e, c):\n  logging.info("i", extra={"k": 1}); logging.debug("d"); raise ValueError("x")',
    });
    runtime.init({
      handler: 'app.handler',
      environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
    });
    const { log } = await runtime.invoke();
    const lines = log
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    assert.equal(lines.length, 2);
    assert.partialDeepStrictEqual(lines[0], {
      level: 'INFO',
      message: 'i',
      logger: 'root',
      k: 1,
      requestId: '8f507cfc-0000-4000-8000-000000000001',
    });
    assert.partialDeepStrictEqual(lines[1], { level: 'ERROR', errorType: 'ValueError', errorMessage: 'x' });
  });

  test('says in a log of JSON for whom it runs, where its function has tenants', async () => {
    await using runtime = await startPython({
      'app.py': 'import logging\ndef handler(e, c):\n  logging.error("mine"); raise ValueError("x")',
    });
    runtime.init({ handler: 'app.handler', environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } });
    for (const tenant of [{ tenantId: 'blue' }, {}]) {
      const { log } = await runtime.invoke({}, tenant);
      const lines = log.trim().split('\n');
      assert.deepEqual(
        lines.map((line): unknown => JSON.parse(line).tenantId),
        [tenant.tenantId, tenant.tenantId],
      );
    }
  });

  test('is cut at the quota of its log with a line that says so', async () => {
    await using runtime = await startPython({
      'app.py': 'def handler(e, c):\n  for _ in range(e["times"]): print("€" * 1000)',
    });
    const flood = await runtime.first('app.handler', { times: 2_000 });
    assert.match(flood.log, /\n\[heddle\] Output was cut: one invocation may print 1048576 bytes\.\n$/);
    assert.ok(Buffer.byteLength(flood.log) < limits.logBytesMax + 200);
    assert.equal((await runtime.invoke({ times: 1 })).log, `${'€'.repeat(1_000)}\n`);
  });

  test('says when something may have been printed behind its back, and only then', async () => {
    const code = `import os, subprocess, sys
def handler(e, c):
  if e["how"] == "write": os.write(1, b"x")
  if e["how"] == "program": subprocess.run(["true"])
  if e["how"] == "quiet": print("x"); open("/dev/null", "w").close()
  if e["how"] == "leave": globals()["left"] = subprocess.Popen(["sleep", "100"], stdout=-3, stderr=-3)
  if e["how"] == "end": left.kill()`;
    await using runtime = await startPython({ 'app.py': code });
    runtime.init({ handler: 'app.handler' });
    const marks: unknown[] = [];
    for (const how of ['write', 'quiet', 'program', 'quiet', 'leave', 'quiet', 'end'])
      marks.push((await runtime.invoke({ how })).last.printedRaw);
    assert.deepEqual(marks, [true, undefined, true, undefined, true, true, true]);
  });

  test('may fork: the child prints by itself, and its end ends nothing', async () => {
    const code = `import os, multiprocessing as m
def work(q): print("child"); q.put(os.getpid())
def handler(e, c):
  if e.get("raw"):
    pid = os.fork()
    if pid == 0: return "child"
    return os.waitpid(pid, 0)[1]
  q = m.get_context("fork").SimpleQueue(); p = m.get_context("fork").Process(target=work, args=(q,)); p.start(); pid = q.get(); p.join()
  return pid != os.getpid()`;
    await using runtime = await startPython({ 'app.py': code });
    const { value, log } = await runtime.first('app.handler');
    assert.deepEqual([value, log], [true, '']);
    assert.equal((await runtime.invoke({ raw: true })).value, 0);
    assert.equal((await runtime.invoke()).value, true);
    runtime.process.kill('SIGKILL');
    assert.match(await runtime.output, /^child\n/);
  });

  test('may have threads: what they print between two invocations is in the log of the second', async () => {
    const code = `import threading, os
go = threading.Event()
def later(): go.wait(); print("between"); os.write(1, b"printed")
threading.Thread(target=later, daemon=True).start()
def handler(e, c):
  if e.get("go"): threading.Timer(0.05, go.set).start()
  else: print("now")`;
    await using runtime = await startPython({ 'app.py': code });
    assert.equal((await runtime.first('app.handler', { go: true })).log, '');
    await new Promise((resolve) => runtime.process.stdout?.once('data', resolve));
    assert.equal((await runtime.invoke()).log, 'between\nnow\n');
  });

  test('ends its process by sys.exit, with what it registered for that', async () => {
    await using runtime = await startPython({
      'app.py': 'import atexit, sys\natexit.register(print, "at exit")\ndef handler(e, c): sys.exit(3)',
    });
    runtime.init({ handler: 'app.handler' });
    runtime.send({});
    assert.equal((await runtime.receive()).type, 'started');
    let log = '';
    for await (const message of messagesOf(runtime)) if (message.type === 'log') log += message.text;
    assert.deepEqual([log, await runtime.exited], ['at exit\n', 3]);
  });

  test('is compiled without being run', async () => {
    const files = { 'app.py': 'raise ValueError', 'p/bad.py': 'def', 'p/good.py': 'x = 1' };
    await using runtime = await startPython(files);
    runtime.init({ handler: 'heddle_runtime.compiling.handler', environment: { LAMBDA_TASK_ROOT: runtime.taskRoot } });
    const { last } = await runtime.invoke({ from: 0 });
    assert.ok(last.type === 'result');
    const answer = Buffer.from(last.payload);
    const header: { next: unknown; files: [string, number][] } = JSON.parse(
      answer.toString('utf8', 0, answer.indexOf(10)),
    );
    assert.equal(header.next, null);
    assert.deepEqual(
      header.files.map(([path]) => path.replace(/\.cpython-\d+/, '')),
      ['__pycache__/app.pyc', 'p/__pycache__/good.pyc'],
    );
    assert.equal(
      answer.length - answer.indexOf(10) - 1,
      header.files.reduce((sum, [, bytes]) => sum + bytes, 0),
    );
  });

  test('knows of each invocation which trace it is part of, and of none the one before it was', async () => {
    const names = ['_X_AMZN_TRACE_ID', 'TRACEPARENT', 'TRACESTATE'];
    await using runtime = await startPython({
      'app.py': `import os\ndef handler(e, c): return [os.environ.get(name) for name in ${JSON.stringify(names)}]`,
    });
    assert.deepEqual((await runtime.first('app.handler')).value, [null, null, null]);
    const [traceId, traceparent] = [
      'Root=1-5759e988-bd862e3fe1be46a994272793',
      '00-5759e988bd862e3fe1be46a994272793-1',
    ];
    const whole = { traceId, traceparent, traceState: 'vendor=1' };
    assert.deepEqual((await runtime.invoke({}, whole)).value, [traceId, traceparent, 'vendor=1']);
    assert.deepEqual((await runtime.invoke({}, { traceId })).value, [traceId, null, null]);
  });
});

async function* messagesOf(
  runtime: Awaited<ReturnType<typeof startPython>>,
): AsyncGenerator<Awaited<ReturnType<typeof runtime.receive>>> {
  for (;;) {
    const message = await runtime.receive().catch(() => undefined);
    if (message === undefined) return;
    yield message;
  }
}
