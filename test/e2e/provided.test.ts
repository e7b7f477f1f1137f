import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { driversUnderTest } from './drivers.ts';
import { perl } from './perl-bootstrap.ts';
import { runtimeClientArchive, testRuntimeClient } from './runtime-client.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from './service.ts';

const folder = join(import.meta.dirname, 'bootstraps');
const runtimeClient = await runtimeClientArchive();
const compiler = ['/usr/bin/gcc', '/usr/bin/cc'].find((path) => existsSync(path));

function file(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

async function compiled(): Promise<Buffer> {
  const out = await mkdtemp(join(tmpdir(), 'heddle-bootstrap-'));
  try {
    execFileSync(compiler ?? 'cc', ['-static', '-O2', '-o', join(out, 'bootstrap'), join(folder, 'echo.c')]);
    return readFileSync(join(out, 'bootstrap'));
  } finally {
    await rm(out, { recursive: true });
  }
}

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; the runtime itself is the same.
  if (driver === 'microvm') continue;
  describe(`functions that bring their own program, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', driver, ...littleWarm);
    });
    after(() => service[Symbol.asyncDispose]());

    async function deployed(
      name: string,
      files: Readonly<Record<string, string | Uint8Array>>,
      more: Parameters<typeof deploy>[3] = {},
    ): Promise<void> {
      const Code = { ZipFile: await zipOf(files, 0o755) };
      await deploy(service, name, '', { Runtime: 'provided.al2023', Handler: 'any', MemorySize: 128, Code, ...more });
    }

    test('a bootstrap of bash and curl, as in AWS’s tutorial', async (t) => {
      if (driver === 'host' && !existsSync('/usr/bin/curl')) return t.skip('this machine has no curl');
      const files = { bootstrap: file('tutorial.sh'), 'function.sh': file('function.sh') };
      await deployed('tutorial', files, { Handler: 'function.handler', Timeout: 30 });
      const first = await invoke(service, 'tutorial', { n: 1 });
      assert.deepEqual(first.payload, { echoed: { n: 1 } });
      assert.match(first.log, /^START RequestId: .*\n\{"n":1\}\nEND RequestId/);
      const second = await invoke(service, 'tutorial', { n: 2 });
      assert.deepEqual([second.payload, second.path], [{ echoed: { n: 2 } }, 'reused-container']);
    });

    const noCompiler = compiler === undefined && 'this machine has no C compiler';
    test('a static binary, also by the name of older functions', { skip: noCompiler }, async () => {
      await deployed('binary', { bootstrap: await compiled() }, { Runtime: 'provided' });
      const answers = [];
      for (let n = 0; n < 3; n++) answers.push(await invoke(service, 'binary', { n }));
      assert.deepEqual(
        answers.map(({ payload }) => payload),
        [{ n: 0 }, { n: 1 }, { n: 2 }],
      );
      assert.equal(new Set(answers.map(({ container }) => container)).size, 1);
    });

    test('a web server behind an adapter', async () => {
      await deployed('web', { bootstrap: file('web-adapter.mjs') }, { MemorySize: 256 });
      const { payload } = await invoke(service, 'web', { a: 1 });
      assert.deepEqual(payload, { method: 'POST', url: '/hello?who=you', body: { a: 1 } });
    });

    test('containers side by side serve their own bootstraps only', async () => {
      await deployed('beside', {
        bootstrap: perl(
          `sleep 1; $event = '"' . $ENV{AWS_LAMBDA_RUNTIME_API} . ' ' . $ENV{AWS_LAMBDA_LOG_STREAM_NAME} . '"'`,
        ),
      });
      const answers = await Promise.all([1, 2, 3].map(() => invoke(service, 'beside')));
      const streams = new Map(answers.map(({ container, payload }) => [container, payload]));
      for (const { container, payload } of answers) assert.equal(streams.get(container), payload);
      assert.equal(new Set(streams.values()).size, streams.size);
      // Each has a loopback of its own, where nobody else has taken the usual port, or would find it.
      for (const { payload } of answers) assert.match(String(payload), /^127\.0\.0\.1:9001 /);
    });

    test('a program connects by name', async () => {
      // The service is there, and lets nobody in from inside who does not sign.
      const ask = `my $service = IO::Socket::INET->new('heddle.internal:80') or die;
        print $service "GET /healthz HTTP/1.0\\r\\nHost: heddle.internal\\r\\n\\r\\n"; $event = <$service> =~ / 403 / ? 'true' : 'false'`;
      await deployed('outside', { bootstrap: perl(ask) });
      assert.equal((await invoke(service, 'outside')).payload, true);
    });

    test('the memory of a function is its own program’s: it may have that, and not more', async () => {
      const take = perl(
        String.raw`my $taken = 'x' x ($event * 1048576); select(undef, undef, undef, 0.3); $event = length($taken)`,
      );
      await deployed('memory', { bootstrap: take });
      assert.equal((await invoke(service, 'memory', 100)).payload, 104_857_600);
      const { payload, log } = await invoke(service, 'memory', 400);
      assert.match(JSON.stringify(payload), /Runtime\.ExitError.*signal: killed/);
      assert.match(log, /needed more memory than its size of 128 MB/);
    });

    test('what ends, or ends who serves it, costs its own container', async () => {
      const ends = `if ($event eq '"exit"') { exit 3 } if ($event eq '"all"') { kill 9, -1 }`;
      await deployed('ends', { bootstrap: perl(ends) });
      assert.equal((await invoke(service, 'ends', 'a')).payload, 'a');
      const exited = await invoke(service, 'ends', 'exit');
      assert.equal(exited.functionError, 'Unhandled');
      assert.match(JSON.stringify(exited.payload), /"errorType":"Runtime.ExitError".*exit status 3"/);
      assert.match(
        JSON.stringify((await invoke(service, 'ends', 'all')).payload),
        /Runtime\.ExitError.*signal: killed/,
      );
      assert.equal((await invoke(service, 'ends', 'b')).payload, 'b');
    });

    test('layers are laid over each other in /opt, for every runtime, and may bring the bootstrap', async () => {
      const publish = async (LayerName: string, files: Readonly<Record<string, string>>): Promise<string> => {
        const Content = { ZipFile: await zipOf(files, 0o755) };
        const { LayerVersionArn = '' } = await service.client.send(
          new PublishLayerVersionCommand({ LayerName, Content }),
        );
        return LayerVersionArn;
      };
      const own = await publish('own', {
        bootstrap: perl(`$event = '"' . \`tool\` . ' ' . (-e '/opt/node24/bin/node') . '"'`),
        'bin/tool': '#!/bin/sh\nprintf first\n',
        'nodejs/node_modules/one/index.js': 'module.exports = 1;',
        'nodejs/node_modules/two/package.json': '{"name": "two", "exports": {"import": "./two.mjs"}}',
        'nodejs/node_modules/two/two.mjs': 'export default 2;',
        'nodejs/node_modules/@aws-sdk/client-s3/index.js': "exports.of = 'the layer';",
      });
      // So many that they are not sent file by file.
      const many = await publish(
        'many',
        Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`many/part${n % 20}/f${n}`, String(n)])),
      );
      const over = await publish('over', { 'bin/tool': '#!/bin/sh\nprintf second\n', 'node24/x': 'hidden' });
      await deployed('layered', { other: '' }, { Layers: [own, over] });
      assert.equal((await invoke(service, 'layered')).payload, 'second 1');
      await deployed('reversed', { other: '' }, { Layers: [over, own] });
      assert.equal((await invoke(service, 'reversed')).payload, 'first 1');
      const code = `exports.handler = async () => [require('/opt/nodejs/node_modules/one'), require('node:child_process').execFileSync('tool').toString()];`;
      const list = `#!/bin/sh\nprintf '%s' "$(cat /opt/many/*/* | wc -c) $(ls /opt/many | wc -l)"`;
      const counting = await publish('counting', {
        bootstrap: perl("$event = '\"' . `tool` . '\"'"),
        'bin/tool': list,
      });
      for (const [index, Layers] of [
        [counting, many],
        [many, counting],
      ].entries()) {
        await deployed(`counts-${index}`, { other: '' }, { Layers });
        assert.equal((await invoke(service, `counts-${index}`)).payload, '1690 20');
        assert.equal((await invoke(service, `counts-${index}`)).path, 'reused-container');
      }
      const node = { Layers: [own, over], Runtime: 'nodejs22.x' as const, Handler: 'index.handler' };
      await deployed('layered-node', { 'index.js': code }, node);
      assert.deepEqual((await invoke(service, 'layered-node')).payload, [1, 'second']);
      const imports = `import { createRequire } from 'node:module'; import two from 'two'; import sdk from '@aws-sdk/client-s3';
        export const handler = async () => [two, sdk.of, createRequire(import.meta.url)('@aws-sdk/client-s3').of];`;
      for (const Runtime of ['nodejs24.x', 'nodejs22.x'] as const) {
        await deployed(`imports-${Runtime.slice(6, 8)}`, { 'index.mjs': imports }, { ...node, Runtime });
        const { payload } = await invoke(service, `imports-${Runtime.slice(6, 8)}`);
        assert.deepEqual(payload, [2, 'the layer', 'the layer']);
      }
    });

    if ('archive' in runtimeClient) testRuntimeClient(() => service, runtimeClient.archive);
    else test('AWS’s own client for Node, on a Node of its own', { skip: runtimeClient.skip }, () => undefined);

    // It takes its whole ten seconds.
    const once = driver !== 'host' && 'the deadline is the service’s, whatever the driver';
    test('what is no program, and what never asks, is told so', { skip: once }, async () => {
      await Promise.all([
        deployed('none', { other: '' }),
        deployed('never', { bootstrap: '#!/bin/bash\necho waiting\nsleep 100\n' }, { Timeout: 1 }),
      ]);
      const [none, never] = await Promise.all([invoke(service, 'none'), invoke(service, 'never')]);
      assert.match(JSON.stringify(none.payload), /Runtime\.InvalidEntrypoint.*Couldn't find valid bootstrap/);
      assert.match(JSON.stringify(never.payload), /Sandbox\.Timedout.*Task timed out after/);
      assert.match(never.log, /\nwaiting\n/);
    });
  });
}
