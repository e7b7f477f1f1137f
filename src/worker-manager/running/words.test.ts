import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import { limits } from '../../model/limits.ts';
import { defaultEnvironment } from '../../protocol/default-environment.ts';
import { functionEnvironment, runtimeInit } from './environment.ts';
import { exitError, reportedError, timeoutError, timeoutNote } from './function-error.ts';
import { InvocationLog, type InvocationReport, reportLine } from './invocation-log.ts';

const credentials = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' };

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

const first = { requestId: 'r', version: '1' };

test('code with a way to the service is told that, and has the credentials that it accepts alone', () => {
  const key = { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 'its secret', AWS_SESSION_TOKEN: 'its token' };
  const network = { environment: { AWS_ENDPOINT_URL_LAMBDA: 'http://heddle.internal' }, credentials: key };
  const identity = { region: 'r', wallMs: 0, streamId: 's', randomSeed: 1, credentials };
  const environment = { AWS_ACCESS_KEY_ID: 'mine', AWS_SESSION_TOKEN: 'mine' };
  const init = runtimeInit(functionOf('hello', { environment }), identity, network);
  assert.partialDeepStrictEqual(init.environment, { ...network.environment, ...key });
  assert.ok(!('AWS_ENDPOINT_URL_LAMBDA' in init), 'in the environment, and nowhere else');
});

test('an error has the fields of its language, and what is not the runtime’s to say on AWS no trace in any', () => {
  const told = (runtime: 'nodejs24.x' | 'python3.13', errorType: string): unknown =>
    JSON.parse(
      Buffer.from(reportedError(runtime, 'r', { errorType, errorMessage: 'm', trace: [] }).payload).toString(),
    );
  assert.deepEqual(told('nodejs24.x', 'Error'), { errorType: 'Error', errorMessage: 'm', trace: [] });
  assert.deepEqual(told('python3.13', 'E'), { errorMessage: 'm', errorType: 'E', requestId: 'r', stackTrace: [] });
  for (const runtime of ['nodejs24.x', 'python3.13'] as const)
    for (const errorType of ['Function.ResponseSizeTooLarge', 'Runtime.ExitError', 'Extension.Crash'])
      assert.deepEqual(told(runtime, errorType), { errorType, errorMessage: 'm' });
});

test('a function may set its path, language and time zone, and no name that is reserved', () => {
  const environment = { TZ: 'Europe/Berlin', AWS_REGION: 'mars', _HANDLER: 'evil', MINE: 'yes' };
  const result = functionEnvironment(
    functionOf('hello', { environment }),
    { region: 'eu-central-1', credentials },
    'stream',
  );
  assert.deepEqual(result, {
    ...defaultEnvironment('nodejs24.x'),
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
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  });
});

test("what calls the service from inside is in the environment, and the key that is accepted is not the function's to set", () => {
  const environment = { HEDDLE_URL: 'http://elsewhere', AWS_ACCESS_KEY_ID: 'mine' };
  const network = {
    environment: { HEDDLE_URL: 'http://heddle.internal', AWS_ENDPOINT_URL_LAMBDA: 'http://heddle.internal' },
    credentials: { AWS_ACCESS_KEY_ID: 'of the container' },
  };
  const identity = { region: 'x', wallMs: 0, streamId: 'abc', randomSeed: 7, credentials };
  const init = runtimeInit(functionOf('hello', { environment }), identity, network);
  assert.equal(init.environment['AWS_ENDPOINT_URL_LAMBDA'], 'http://heddle.internal');
  assert.equal(init.environment['HEDDLE_URL'], 'http://elsewhere');
  assert.equal(init.environment['AWS_ACCESS_KEY_ID'], 'of the container');
  assert.deepEqual(
    Object.keys(init).filter((name) => name in network.environment),
    [],
  );
});

test('a log stream is named by day, version and container', () => {
  const identity = { region: 'x', wallMs: Date.UTC(2026, 1, 3), streamId: 'abc', randomSeed: 7, credentials };
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
  const log = new InvocationLog(first, undefined, () => 1_000);
  log.print('x', 1_000.5);
  for (let nth = 0; nth < 3; nth += 1) log.print('ä'.repeat(limits.logBytesMax / 2), 2_000);
  const text = log.end(report);
  assert.equal(text.match(/Cut here/g)?.length, 1);
  assert.ok(Buffer.byteLength(text) < limits.logBytesMax + 500);
  assert.match(text, /ä\n\[Cut here: the function printed more than 1048576 bytes\]\nEND RequestId: r\nREPORT /);
  assert.ok(!text.includes('\uFFFD'));
});

test('a line of ours has its own time, not that of what was printed before it', () => {
  let wallMs = 1_000;
  const log = new InvocationLog(first, undefined, () => wallMs);
  log.print('half', 1_500);
  wallMs = 4_000;
  log.note('Task timed out');
  const at = ({ text, times }: InvocationLog, line: string): number | undefined =>
    times.findLast(([offset]) => offset <= text.indexOf(line))?.[1];
  assert.deepEqual([at(log, 'START'), at(log, 'half'), at(log, 'Task')], [1_000, 1_500, 4_000]);
});

test('a log knows when its parts were printed, to the millisecond', () => {
  const log = new InvocationLog(first, undefined, () => 1_000);
  log.print('a\n', 1_000.5);
  log.print('b\n', 1_002);
  assert.deepEqual(
    log.times.map(([offset, wallMs]) => [log.text.slice(offset), wallMs]),
    [
      [log.text, 1_000],
      ['b\n', 1_002],
    ],
  );
});

test('a cut at exactly the quota loses nothing', () => {
  const log = new InvocationLog(first, undefined, () => 1_000);
  log.print('x'.repeat(limits.logBytesMax), 1_000);
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
  assert.equal(timeoutError('r', 3_000).errorMessage, 'RequestId: r Error: Task timed out after 3.00 seconds');
  assert.equal(
    timeoutNote('r', Date.UTC(2026, 0, 2, 3, 4, 5, 6), 3_000),
    '2026-01-02T03:04:05.006Z r Task timed out after 3.00 seconds',
  );
});

test('a log of JSON has the events of AWS, each from its level on, and a sampled trace', () => {
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const log = (
    systemLevel: 'DEBUG' | 'INFO' | 'WARN',
    more: Partial<InvocationReport> = {},
    tenantId?: string,
  ): readonly unknown[] => {
    const logging = { format: 'JSON', applicationLevel: 'INFO', systemLevel } as const;
    const written = new InvocationLog({ ...first, tenantId }, logging, () => Date.UTC(2026, 0, 2));
    written.print('{"message":"mine"}', Date.UTC(2026, 0, 2));
    const lines = written
      .end({ ...report, ...more })
      .trimEnd()
      .split('\n');
    return lines.map((line): unknown => JSON.parse(line));
  };
  const types = (lines: readonly unknown[]): unknown[] => lines.map((line) => Object(line).type ?? 'mine');
  assert.deepEqual(types(log('DEBUG')), ['platform.start', 'mine', 'platform.runtimeDone', 'platform.report']);
  assert.deepEqual(types(log('INFO')), ['platform.start', 'mine', 'platform.report']);
  assert.deepEqual(types(log('WARN')), ['mine']);
  assert.deepEqual(types(log('WARN', { status: 'timeout' })), ['mine', 'platform.report']);
  assert.deepEqual(log('INFO', { initMs: 10, traceId }).at(-1), {
    time: '2026-01-02T00:00:00.000Z',
    type: 'platform.report',
    record: {
      requestId: 'r',
      status: 'success',
      metrics: { durationMs: 2.345, billedDurationMs: 13, memorySizeMB: 128, maxMemoryUsedMB: 41, initDurationMs: 10 },
      tracing: { spanId: '53995c3f42cd8ad8', type: 'X-Amzn-Trace-Id', value: traceId },
      heddle: { startPath: 'warm-instance', startMs: 2.5 },
    },
  });
  const tenants = log('DEBUG', {}, 'blue').map((line) => Object(line).record?.tenantId);
  assert.deepEqual(tenants, ['blue', undefined, 'blue', 'blue']);
  assert.match(
    reportLine({ ...report, traceId }),
    /\tXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t/,
  );
});
