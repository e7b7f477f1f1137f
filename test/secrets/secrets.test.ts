import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { exitCodes } from '../../src/cli/exit.ts';
import { runCli } from '../../src/cli/testing.ts';
import { secretHost, type SecretHost } from '../../src/egress/testing/secret-host.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { remote, shutdown } from '../../src/index.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import type * as Threads from './fixtures/threads.ts';
import { scanBelow } from './memory.ts';

/** This machine, as functions know it. */
const name = 'host.heddle.internal';
const fixtures = join(import.meta.dirname, 'fixtures');
const value = `sk_live_${randomBytes(16).toString('hex')}`;

const program = await build({
  entryPoints: [join(fixtures, 'caller.mjs')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  logLevel: 'silent',
});
const code = program.outputFiles[0]?.text ?? assert.fail('no bundle');

/** `requests` and what it needs, from this machine's Python; undefined where it has none. */
function requestsPackage(): Record<string, Buffer> | undefined {
  const names = ['requests', 'urllib3', 'idna', 'certifi', 'charset_normalizer'];
  const script = `import ${names.join(', ')}, os, json; print(json.dumps([os.path.dirname(m.__file__) for m in (${names.join(', ')})]))`;
  let folders: readonly string[];
  try {
    folders = JSON.parse(
      execFileSync('python3', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
  const files: Record<string, Buffer> = {};
  for (const [at, folder] of folders.entries())
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (/\.(?:py|pem)$/.test(file)) files[`${names[at]}/${file}`] = readFileSync(join(folder, file));
  return files;
}

const only = process.env['HEDDLE_TEST_DRIVER'];
for (const { name: driver, skip } of await driversUnderTest()) {
  // An emulated machine runs the same code inside, and minutes of it.
  if (driver === 'microvm' || (only !== undefined && only !== driver)) continue;
  describe(`secrets, driver ${driver}`, { skip, timeout: 900_000 }, () => {
    let service: RunningService;
    let host: SecretHost;
    let other: SecretHost;
    const seen: string[] = [];
    const call = async (event: object, fn = 'caller'): Promise<unknown> => {
      const { payload, functionError } = await invoke(service, fn, event);
      assert.equal(functionError, undefined, JSON.stringify(payload));
      return payload;
    };
    const url = (): string => `https://${name}:${host.port}/`;

    before(async () => {
      host = await secretHost(name, (request, response) => {
        void text(request).then((body) => {
          seen.push(request.headers.authorization ?? String(request.headers['x-key']));
          // As careless as a host can be.
          const careless = request.url === '/careless' ? JSON.stringify(request.headers) : `fine ${body}`;
          response.setHeader('x-authorization', request.headers.authorization ?? '');
          response.end(careless);
        });
      });
      other = await secretHost(name, (request, response) => {
        seen.push(`other: ${request.headers.authorization}`);
        response.end('other');
      });
      const home = await newHome();
      service = await startHeddle(home, '--driver', driver, ...littleWarm);
      process.env['HEDDLE_HOME'] = home;
      process.env['HEDDLE_URL'] = service.url;
      writeFileSync(join(home, 'ca.pem'), host.authority);
      writeFileSync(join(home, 'value'), `${value}\n`);
      const set = [
        'secret',
        'set',
        'KEY',
        '--file',
        join(home, 'value'),
        '--ca',
        join(home, 'ca.pem'),
        '--host',
        `${name}:${host.port}`,
      ];
      const { code: exit, stderr, stdout } = await runCli(home, set);
      assert.equal(exit, 0, stderr);
      assert.ok(!(stdout + stderr).includes(value));
      await deploy(service, 'caller', code, { Timeout: 60, MemorySize: 512, Tags: tags() });
    });
    after(async () => {
      await shutdown();
      await Promise.all([service, host, other].map((one) => one?.[Symbol.asyncDispose]()));
    });
    const tags = (): Record<string, string> => ({
      'heddle:secrets': `KEY=${name}:${host.port}`,
      'heddle:egress': `public ${name}:${other.port}`,
    });

    for (const way of ['fetch', 'got', 'curl', 'basic', 'sdk'])
      test(`${way} sends the secret, and has a placeholder`, async () => {
        seen.length = 0;
        const body = String(await call({ way, url: url() }));
        assert.match(body, /^fine/);
        const basic = `Basic ${Buffer.from(`user:${value}`).toString('base64')}`;
        const expected = way === 'basic' ? basic : way === 'sdk' ? value : `Bearer ${value}`;
        assert.deepEqual(new Set(seen), new Set([expected]));
        if (way === 'sdk') assert.equal(body, 'fine body 0\nfine body 1\nfine body 2');
      });

    const files = requestsPackage();
    test('so do requests and urllib', { skip: files === undefined && 'there is no requests here' }, async () => {
      const ZipFile = await zipOf({ ...files, 'app.py': readFileSync(join(fixtures, 'caller.py'), 'utf8') });
      const more = {
        Runtime: 'python3.11',
        Handler: 'app.handler',
        Timeout: 60,
        Code: { ZipFile },
        Tags: tags(),
      } as const;
      await deploy(service, 'snake', '', { ...more });
      for (const way of ['requests', 'urllib']) {
        seen.length = 0;
        assert.match(String(await call({ way, url: url() }, 'snake')), /^fine/);
        assert.deepEqual(seen, [`Bearer ${value}`]);
      }
    });

    test('so does a Node of before, one that trusts others of its own besides, and one with a layer of options', async () => {
      const ZipFile = await zipOf({ 'index.js': code, 'own.pem': other.authority });
      const ways = {
        before: { Runtime: 'nodejs22.x' },
        trusting: { Environment: { Variables: { NODE_EXTRA_CA_CERTS: '/var/task/own.pem' } } },
        options: { Environment: { Variables: { NODE_OPTIONS: '--max-http-header-size=20000' } } },
      } as const;
      for (const [fn, more] of Object.entries(ways)) {
        await deploy(service, fn, '', { Timeout: 60, MemorySize: 512, Code: { ZipFile }, Tags: tags(), ...more });
        seen.length = 0;
        assert.match(String(await call({ way: 'fetch', url: url() }, fn)), /^fine/, fn);
        assert.deepEqual(seen, [`Bearer ${value}`], fn);
      }
      // Elsewhere nothing stands between: that it trusts, and there the placeholder is what it was.
      seen.length = 0;
      assert.equal(await call({ way: 'fetch', url: `https://${name}:${other.port}/` }, 'trusting'), 'other');
      assert.match(String(seen[0]), /^other: Bearer heddle_secret_/);
    });

    test('another host gets the placeholder, and a host that sends everything back gives no secret away', async () => {
      seen.length = 0;
      const placeholder = await call({ way: 'placeholder' });
      assert.match(String(placeholder), /^heddle_secret_[0-9a-f]{48}$/);
      const { payload } = await invoke(service, 'caller', { way: 'fetch', url: `https://${name}:${other.port}/` });
      // It has a certificate that nobody inside trusts: nothing stands between.
      assert.match(JSON.stringify(payload), /fetch failed/);
      const careless = String(await call({ way: 'fetch', url: `${url()}careless` }));
      assert.ok(careless.includes('*'.repeat(value.length)), careless);
      assert.ok(!careless.includes(value));
    });

    test(
      'nothing inside has ever had the value: all memory of all instances is read',
      { skip: process.getuid?.() !== 0 && 'needs root' },
      async () => {
        const placeholder = String(await call({ way: 'placeholder' }));
        await call({ way: 'fetch', url: `${url()}careless` });
        const { found, bytes } = await scanBelow(service.process.pid ?? 0, [value, placeholder]);
        assert.ok(bytes > 30_000_000, `${bytes} bytes`);
        assert.ok((found[placeholder] ?? 0) > 0, 'the placeholder is there');
        assert.equal(found[value], 0, 'the value is nowhere');
      },
    );

    test('a thread has what it asks for, and what it starts no more than that', async () => {
      const { use, startElsewhere, startSame } = remote<typeof Threads>(join(fixtures, 'threads.ts'), {
        secrets: { KEY: `${name}:${host.port}` },
        output: 'silent',
        timeoutMs: 60_000,
      });
      seen.length = 0;
      assert.match(await use(url()), /^fine/);
      assert.deepEqual(seen, [`Bearer ${value}`]);
      assert.match(await startSame(url(), `${name}:${host.port}`), /^fine/);
      assert.match(await startElsewhere(`${name}:${other.port}`), /only where it has it used there itself/);
    });

    test('a secret that was rotated is another for a warm container, and one that was removed is refused in words', async () => {
      const next = `sk_next_${randomBytes(16).toString('hex')}`;
      writeFileSync(join(service.home, 'value'), next);
      const rotated = await runCli(service.home, [
        'secret',
        'rotate',
        'KEY',
        '--file',
        join(service.home, 'value'),
        '--json',
      ]);
      assert.equal(rotated.code, 0, rotated.stderr);
      assert.equal(JSON.parse(rotated.stdout).version, 2);
      seen.length = 0;
      await call({ way: 'fetch', url: url() });
      assert.deepEqual(seen, [`Bearer ${next}`]);
      const listed = await runCli(service.home, ['secret', 'ls', '--json']);
      const [one] = JSON.parse(listed.stdout);
      assert.deepEqual(
        [one.name, one.hosts, one.functions.includes('caller'), one.uses > 3],
        ['KEY', [`https://${name}:${host.port}`], true, true],
      );
      assert.equal((await runCli(service.home, ['secret', 'rm', 'KEY'])).code, 0);
      assert.match(
        String(await call({ way: 'status', url: url() })),
        /^502 Heddle did not send .* there is no secret KEY/,
      );
      assert.equal(
        (await runCli(service.home, ['secret', 'rotate', 'KEY', '--file', join(service.home, 'value')])).code,
        exitCodes.refused,
      );
      // Neither on the disk nor in a log, and for nobody's eyes.
      const folder = join(service.home, 'secrets');
      assert.equal(statSync(join(folder, 'key')).mode & 0o777, 0o600);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      const logs = service.log();
      for (const secret of [value, next]) {
        assert.ok(!logs.includes(secret), 'the log has it');
        const kept = spawnGrep(secret, service.home);
        assert.deepEqual(
          kept.filter((path) => !path.endsWith('/value')),
          [],
        );
      }
    });
  });
}

/** Files below a folder that have a text in them. */
function spawnGrep(needle: string, folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return all.map((each) => join(each.parentPath, each.name)).filter((path) => readFileSync(path).includes(needle));
}
