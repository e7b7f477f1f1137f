import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../../../model/limits.ts';
import { encodeCall } from '../../../protocol/threads/lane.ts';
import { encodeValue } from '../../../protocol/clone.ts';
import { nodes, TestedRuntime } from '../testing.ts';

// What user code prints belongs to the invocation that printed it.

const line = (level: string, text: string): string =>
  `\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\t8f507cfc-0000-4000-8000-000000000001\\t${level}\\t${text}\\n`;

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}`, () => {
    test('console prints in the format of AWS Lambda, streams print as they are', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `
            console.log('top %d', 1, { a: 1 });
            exports.handler = async () => {
              console.info('i'); console.warn('w'); console.error(new Error('e').message); console.debug('d'); console.trace('t');
              console.assert(false, 'a'); console.count('c'); console.dir({ d: 1 });
              new console.Console(process.stdout).log('own');
              process.stdout.write('out'); process.stderr.write(Buffer.from('err\\n'));
              const euro = Buffer.from('€\\n'); process.stdout.write(euro.subarray(0, 1)); process.stdout.write(euro.subarray(1));
              await new Promise((r) => process.stdout.write('last\\n', r));
            };`,
        },
        { node },
      );
      const { log } = await runtime.first();
      const expected = [
        line('INFO', 'top 1 \\{ a: 1 \\}'),
        ...[line('INFO', 'i'), line('WARN', 'w'), line('ERROR', 'e'), line('DEBUG', 'd'), line('TRACE', 't')],
        ...[line('WARN', 'Assertion failed: a'), line('INFO', 'c: 1'), '\\{ d: 1 \\}\\n', 'own\\n'],
        'outerr\\n€\\nlast\\n',
      ];
      assert.match(log, new RegExp(`^${expected.join('')}$`));
    });

    test('warnings of Node are in the log', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `exports.handler = async () => { process.emitWarning('look', { code: 'C' }); await new Promise(setImmediate); };`,
        },
        { node },
      );
      assert.match((await runtime.first()).log, /^\(node:\d+\) \[C\] Warning: look\n$/);
    });
  });
}

test('what is printed between two invocations is in the log of the second', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async (event) => { if (event.later) setTimeout(() => { process.stdout.write('between\\n'); process.kill(process.pid, 'SIGUSR2'); }, 1); else console.log('now'); };
      process.on('SIGUSR2', () => require('node:fs').writeSync(1, 'printed'));`,
  });
  assert.equal((await runtime.first('index.handler', { later: true })).log, '');
  // The process says on its real output when it has printed, which goes around the log.
  await new Promise((resolve) => runtime.process.stdout?.once('data', resolve));
  const second = await runtime.invoke();
  assert.deepEqual(second.types, ['started', 'log', 'log', 'result']);
  assert.match(second.log, new RegExp(`^between\\n${line('INFO', 'now')}$`));
});

test('a flood is cut at the quota with a line that says so, in bounded memory; the next invocation has its own quota', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async (event) => { for (let i = 0; i < event.times; i++) console.log('€'.repeat(1000)); return process.memoryUsage().rss; };`,
  });
  const flood = await runtime.first('index.handler', { times: 20_000 });
  const notice = /\n\[heddle\] Output was cut: one invocation may print 1048576 bytes\.\n$/;
  assert.match(flood.log, notice);
  const bytes = Buffer.byteLength(flood.log.replace(notice, ''));
  assert.ok(bytes <= limits.logBytesMax && bytes > limits.logBytesMax - 4, `${bytes} bytes`);
  assert.ok(Number(flood.value) < 200 << 20, `${String(flood.value)} bytes resident`);
  const next = await runtime.invoke({ times: 1 });
  assert.match(next.log, new RegExp(`^${line('INFO', '€{1000}')}$`));
});

test('what was printed before an endless loop arrives while it loops', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = () => { console.log('before'); process.stdout.write('the loop'); for (;;); };`,
  });
  runtime.init();
  runtime.send({});
  assert.equal((await runtime.receive()).type, 'started');
  const first = await runtime.receive();
  assert.ok(first.type === 'log' && first.text.endsWith('before\n'));
  assert.deepEqual(await runtime.receive(), { type: 'log', text: 'the loop' });
});

test('user code that prints while the host does not read waits, and nothing is lost or held in memory', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = () => { const before = process.memoryUsage().rss; for (let i = 0; i < 300_000; i++) process.stdout.write('x'); return process.memoryUsage().rss - before; };`,
  });
  runtime.init();
  runtime.pause();
  const answered = runtime.invoke();
  await runtime.blockedOnWrite();
  runtime.resume();
  const { log, value } = await answered;
  assert.equal(log.length, 300_000);
  assert.ok(Number(value) < 100 << 20, `grew by ${String(value)} bytes`);
});

test('output of child processes goes to the output of the container', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => { require('node:child_process').execSync('echo child', { stdio: 'inherit' }); process.exit(0); };`,
  });
  runtime.init();
  runtime.send({});
  assert.match(await runtime.output, /^child\n$/);
});

test('what a thread prints to standard error is marked, in its order, also what is held for the next thread', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.print = async (later) => {
      console.log('a'); console.error('b'); process.stderr.write('c\\n'); console.warn('d'); process.stdout.write('e\\n');
      process.emitWarning('f');
      await new Promise((resolve) => setImmediate(resolve));
      if (!later) return;
      setImmediate(() => { console.log('g'); console.log('h'); console.error('i'); console.log('j'); process.kill(process.pid, 'SIGUSR2'); });
    };
    process.on('SIGUSR2', () => require('node:fs').writeSync(1, 'printed'));`,
  });
  runtime.init({ handler: 'index.js' });
  const call = async (later: boolean): Promise<readonly string[]> => {
    const args = { bytes: encodeValue([later]) };
    runtime.send(
      {},
      { thread: true, payload: encodeCall({ exportName: 'print', args, streams: false, resultBytesMax: 1_000 }) },
    );
    const printed: string[] = [];
    for (;;) {
      const message = await runtime.receive();
      if (message.type === 'log') printed.push(`${message.stderr === true ? 2 : 1}: ${message.text}`);
      if (message.type === 'error') assert.fail(message.error.errorMessage);
      if (message.type === 'result') return printed.map((text) => text.replace(/node:\d+/, 'node'));
    }
  };
  const all = ['1: a\n', '2: b\n', '2: c\n', '2: d\n', '1: e\n', '2: (node) Warning: f\n'];
  assert.deepEqual(await call(true), all);
  await new Promise((resolve) => runtime.process.stdout?.once('data', resolve));
  assert.deepEqual(await call(false), ['1: g\nh\n', '2: i\n', '1: j\n', ...all]);
});

test('a log of JSON has a line an object, errors taken apart, and drops what is below its level', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => {
      console.debug('dropped'); console.log({ a: 1 }); console.warn('%d of %d', 1, 2, new RangeError('part')); console.log(5n);
      throw new TypeError('whole');
    };`,
  });
  runtime.init({ environment: { TZ: ':UTC', AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' } });
  const { log } = await runtime.invoke();
  const lines = log
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => Object(JSON.parse(line)));
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['INFO', 'WARN', 'INFO', 'ERROR'],
  );
  assert.ok(
    lines.every(
      ({ requestId, timestamp }) =>
        requestId === '8f507cfc-0000-4000-8000-000000000001' && Date.parse(String(timestamp)) > 0,
    ),
  );
  assert.deepEqual(lines[0]?.['message'], { a: 1 });
  assert.match(String(lines[1]?.['message']), /^1 of 2 RangeError: part/);
  assert.deepEqual([lines[1]?.['errorType'], lines[1]?.['errorMessage']], ['RangeError', 'part']);
  assert.equal(lines[2]?.['message'], '5n');
  const { errorType, errorMessage, stackTrace } = Object(lines[3]?.['message']);
  assert.deepEqual([errorType, errorMessage, Array.isArray(stackTrace)], ['TypeError', 'whole', true]);
});

test('a log of JSON says for whom it runs, where its function has tenants, and one of text does not', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => { console.log('mine'); throw new TypeError('whole'); };`,
  });
  runtime.init({ environment: { TZ: ':UTC', AWS_LAMBDA_LOG_FORMAT: 'JSON' } });
  const linesFor = async (tenant: object): Promise<Record<string, unknown>[]> =>
    (await runtime.invoke({}, tenant)).log
      .trimEnd()
      .split('\n')
      .map((line) => Object(JSON.parse(line)));
  const lines = await linesFor({ tenantId: 'blue' });
  assert.deepEqual(
    lines.map(({ level, tenantId }) => [level, tenantId]),
    [
      ['INFO', 'blue'],
      ['ERROR', 'blue'],
    ],
  );
  assert.deepEqual(Object.keys(lines[0] ?? {}), ['timestamp', 'level', 'requestId', 'tenantId', 'message']);
  assert.deepEqual(Object.keys((await linesFor({}))[0] ?? {}), ['timestamp', 'level', 'requestId', 'message']);
  await using text = await TestedRuntime.start({ 'index.js': `exports.handler = async () => console.log('mine');` });
  text.init();
  assert.match((await text.invoke({}, { tenantId: 'blue' })).log, /^\S+\t\S+\tINFO\tmine\n$/);
});
