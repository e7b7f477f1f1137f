import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import { limits } from '../../model/limits.ts';
import { functionEnvironment, runtimeInit } from './environment.ts';
import { exitError, timeoutError } from './function-error.ts';
import { InvocationLog, type InvocationReport, reportLine } from './invocation-log.ts';

const report: InvocationReport = {
  requestId: 'r',
  durationMs: 12.345,
  initMs: undefined,
  memoryMb: 128,
  memoryPeakMb: 40.2,
  startPath: 'warm-instance',
  startMs: 2.5,
  retries: 0,
};

test('a function may set its path, language and time zone, and no name that is reserved', () => {
  const environment = { TZ: 'Europe/Berlin', AWS_REGION: 'mars', _HANDLER: 'evil', MINE: 'yes' };
  const result = functionEnvironment(functionOf('hello', { environment }), 'eu-central-1', 'stream');
  assert.deepEqual(result, {
    PATH: '/usr/local/bin:/usr/bin:/bin:/opt/bin',
    LANG: 'C.UTF-8',
    TZ: 'Europe/Berlin',
    MINE: 'yes',
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'hello',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/hello',
    AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  });
});

test('a log stream is named by day, version and container', () => {
  const identity = { region: 'x', wallMs: Date.UTC(2026, 1, 3), streamId: 'abc', randomSeed: 7 };
  const init = runtimeInit(functionOf('hello'), identity);
  assert.equal(init.logStream, '2026/02/03/[$LATEST]abc');
  assert.equal(init.logGroup, '/aws/lambda/hello');
  assert.equal(init.randomSeed, 7);
});

test('the REPORT line counts initialisation apart, as AWS does, and says how it was started', () => {
  assert.equal(
    reportLine({ ...report, initMs: 10 }),
    'REPORT RequestId: r\tDuration: 2.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t' +
      'Init Duration: 10.00 ms\tStart Path: warm-instance\tStart: 2.50 ms\n',
  );
  assert.match(reportLine({ ...report, status: 'timeout', retries: 1 }), /\tStatus: timeout\t.*\tRetries: 1\n$/);
  assert.match(
    reportLine({ ...report, status: 'Runtime.ExitError' }),
    /\tStatus: error\tError Type: Runtime\.ExitError\t/,
  );
});

test('what is printed beyond the quota is cut between two characters, and the log says so once', () => {
  const log = new InvocationLog('r', '1');
  log.print('x');
  for (let nth = 0; nth < 3; nth += 1) log.print('ä'.repeat(limits.logBytesMax / 2));
  const text = log.end(report);
  assert.equal(text.match(/Cut here/g)?.length, 1);
  assert.ok(Buffer.byteLength(text) < limits.logBytesMax + 500);
  assert.match(text, /ä\n\[Cut here: the function printed more than 1048576 bytes\]\nEND RequestId: r\nREPORT /);
  assert.ok(!text.includes('\uFFFD'));
});

test('a cut at exactly the quota loses nothing', () => {
  const log = new InvocationLog('r', '1');
  log.print('x'.repeat(limits.logBytesMax));
  assert.ok(!log.end(report).includes('Cut here'));
});

test('errors are worded as AWS words them', () => {
  const killed = { reason: 'exit', code: null, signal: 'SIGSEGV' } as const;
  assert.equal(
    exitError('r', killed).errorMessage,
    'RequestId: r Error: Runtime exited with error: signal: segmentation fault',
  );
  const clean = { reason: 'exit', code: 0, signal: null } as const;
  assert.equal(exitError('r', clean).errorMessage, 'RequestId: r Error: Runtime exited without providing a reason');
  assert.equal(
    timeoutError('r', Date.UTC(2026, 0, 2, 3, 4, 5, 6), 3_000).errorMessage,
    '2026-01-02T03:04:05.006Z r Task timed out after 3.00 seconds',
  );
});
