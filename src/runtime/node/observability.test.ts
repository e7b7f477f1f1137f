import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodes, TestedRuntime } from './testing.ts';

// Packages that watch functions put themselves between Node's loader and the function's code. Unmodified, and what they saw is read.

const modules = process.env['HEDDLE_TEST_MODULES'] ?? fileURLToPath(new URL('../../../node_modules', import.meta.url));
const has = (name: string): boolean => existsSync(join(modules, name));
const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

async function run(
  node: string,
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>>,
): Promise<{ readonly value: unknown; readonly text: string }> {
  await using runtime = await TestedRuntime.start(files, { node });
  await symlink(modules, join(runtime.taskRoot, 'node_modules'));
  const { taskRoot } = runtime;
  const lambda = {
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'tested',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_REGION: 'us-east-1',
  };
  runtime.init({ environment: { TZ: ':UTC', PATH: '/usr/bin:/bin', ...lambda, ...more } });
  const first = await runtime.invoke({ name: 'Ada' }, { traceId, timeoutMs: 20_000 });
  const second = await runtime.invoke({ name: 'Bob' }, { traceId, timeoutMs: 20_000 });
  return {
    value: [first.value, second.value],
    text: JSON.stringify([first.last, second.last]) + first.log + second.log,
  };
}

const tracing = `
  const { NodeTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = require('@opentelemetry/sdk-trace-node');
  const { registerInstrumentations } = require('@opentelemetry/instrumentation');
  const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
  const exporter = (globalThis.exporter = new InMemorySpanExporter());
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  registerInstrumentations({ tracerProvider: provider, instrumentations: [new AwsLambdaInstrumentation()] });`;
const spans =
  '[event.name, globalThis.exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes["faas.invocation_id"] ?? attributes["faas.execution"]])]';

for (const [version, node] of Object.entries(nodes)) {
  describe(`On Node ${version}`, () => {
    test(
      'OpenTelemetry sees a CommonJS handler',
      { skip: !has('@opentelemetry/instrumentation-aws-lambda') },
      async () => {
        const files = { 'otel.js': tracing, 'index.js': `exports.handler = async (event) => ${spans};` };
        const { value, text } = await run(node, files, { NODE_OPTIONS: '--require ./otel.js' });
        assert.deepEqual(
          value,
          [
            ['Ada', []],
            ['Bob', [['tested', '8f507cfc-0000-4000-8000-000000000001']]],
          ],
          text,
        );
      },
    );

    test(
      'OpenTelemetry sees a handler that is an ES module',
      { skip: !has('@opentelemetry/instrumentation-aws-lambda') },
      async () => {
        const hook = `import { register } from 'node:module'; import { createRequire } from 'node:module';
        register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
        createRequire(import.meta.url)('./otel.js');`;
        const files = {
          'otel.js': tracing,
          'otel.mjs': hook,
          'index.mjs': `export const handler = async (event) => ${spans};`,
        };
        const { value, text } = await run(node, files, { NODE_OPTIONS: '--import ./otel.mjs' });
        assert.deepEqual(
          value,
          [
            ['Ada', []],
            ['Bob', [['tested', '8f507cfc-0000-4000-8000-000000000001']]],
          ],
          text,
        );
      },
    );

    test('Sentry wraps a handler by itself', { skip: !has('@sentry/aws-serverless') }, async () => {
      const files = {
        'index.js': `const Sentry = require('@sentry/aws-serverless'); const seen = [];
          Sentry.getClient()?.on('beforeSendEvent', (event) => seen.push(event.transaction ?? event.message));
          Sentry.getClient()?.on('spanEnd', (span) => seen.push(Sentry.spanToJSON(span).op));
          exports.handler = async (event) => [event.name, Sentry.getClient() !== undefined, seen];`,
      };
      const more = {
        NODE_OPTIONS: '--require @sentry/aws-serverless/awslambda-auto',
        SENTRY_DSN: 'http://a@127.0.0.1:9/1',
        SENTRY_TRACES_SAMPLE_RATE: '1.0',
      };
      const { value, text } = await run(node, files, more);
      const one = ['function.aws.lambda', 'tested'];
      assert.deepEqual(
        value,
        [
          ['Ada', true, one],
          ['Bob', true, [...one, ...one]],
        ],
        text,
      );
    });

    test(
      "X-Ray's SDK finds the trace of each invocation, and sends its segments",
      { skip: !has('aws-xray-sdk-core') },
      async () => {
        const files = {
          'index.js': `const AWSXRay = require('aws-xray-sdk-core'); const dgram = require('node:dgram');
          const got = []; const socket = dgram.createSocket('udp4');
          socket.on('message', (message) => got.push(JSON.parse(message.toString().split('\\n')[1])));
          const ready = new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve)); socket.unref();
          exports.handler = async (event) => {
            await ready; AWSXRay.setDaemonAddress('127.0.0.1:' + socket.address().port);
            AWSXRay.captureFunc(event.name, () => undefined);
            while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
            const { name, trace_id, parent_id } = got.shift(); return [name, trace_id, parent_id];
          };`,
        };
        const { value, text } = await run(node, files, {});
        const ids = ['1-5759e988-bd862e3fe1be46a994272793', '53995c3f42cd8ad8'];
        assert.deepEqual(
          value,
          [
            ['Ada', ...ids],
            ['Bob', ...ids],
          ],
          text,
        );
      },
    );
  });
}
