import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliRun, runCli, startTestService, type TestService } from './testing.ts';

let service: TestService;
const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);

before(async () => {
  service = await startTestService();
  writeFileSync(
    join(service.home, 'echo.ts'),
    'export const handler = async (event: unknown): Promise<unknown> => event;',
  );
  const deployed = await heddle('deploy', join(service.home, 'echo.ts'));
  assert.equal(deployed.code, 0, deployed.stderr);
});
after(async () => await service[Symbol.asyncDispose]());

test('deploy creates, then updates, and says how to run it', async () => {
  const path = join(service.home, 'twice.ts');
  writeFileSync(path, 'export const handler = () => 1;');
  const first = await heddle('deploy', path, '--memory', '512', '--env', 'STAGE=dev=1');
  assert.match(
    first.stderr,
    /Deployed twice\.\n  As one bundle of .*\n +Ready: its first call starts at once \(warm-instance\)\.\n.*heddle invoke twice/,
  );
  const second = await heddle('deploy', path, '--json');
  const configuration: unknown = JSON.parse(second.stdout);
  assert.partialDeepStrictEqual(configuration, {
    Readiness: { ready: true, path: 'warm-instance' },
    State: 'Active',
    MemorySize: 512,
    Environment: { Variables: { STAGE: 'dev=1' } },
  });
  assert.match((await heddle('deploy', path)).stderr, /Updated twice/);
});

test('a folder that says what it needs is deployed without options, which still have the last word', async () => {
  const folder = join(service.home, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.ts'), 'export const handler = () => 1;');
  const settings = {
    name: 'said',
    memory: 384,
    timeout: 7,
    env: { STAGE: 'file', KIND: 'file' },
    egress: 'db.lan:5432',
  };
  writeFileSync(join(folder, 'heddle.json'), JSON.stringify(settings));
  const deployed = async (...flags: string[]): Promise<unknown> => {
    const run = await heddle('deploy', folder, '--json', ...flags);
    assert.equal(run.code, 0, run.stderr);
    return JSON.parse(run.stdout);
  };
  const said = {
    FunctionName: 'said',
    MemorySize: 384,
    Timeout: 7,
    Environment: { Variables: { STAGE: 'file', KIND: 'file' } },
  };
  assert.partialDeepStrictEqual(await deployed(), said);
  const told = { ...said, MemorySize: 256, Environment: { Variables: { STAGE: 'file', KIND: 'flag' } } };
  assert.partialDeepStrictEqual(await deployed('--memory', '256', '--env', 'KIND=flag'), told);
  // A value that whoever deploys is to have: here nobody has it, so that a flag must say it.
  writeFileSync(join(folder, 'heddle.json'), JSON.stringify({ ...settings, env: { HEDDLE_TEST_UNSET: null } }));
  const { code, stderr } = await heddle('deploy', folder);
  assert.equal(code, 2);
  assert.match(stderr, /your value of HEDDLE_TEST_UNSET, which is not set here\.\n.*--env HEDDLE_TEST_UNSET=VALUE/);
  const set = { Environment: { Variables: { HEDDLE_TEST_UNSET: 'flag' } } };
  assert.partialDeepStrictEqual(await deployed('--env', 'HEDDLE_TEST_UNSET=flag'), set);
});

test('the same code makes the same zip', async () => {
  const sha = async (): Promise<unknown> =>
    (JSON.parse((await heddle('deploy', join(service.home, 'echo.ts'), '--json')).stdout) as { CodeSha256: unknown })
      .CodeSha256;
  assert.equal(await sha(), await sha());
});

test('a syntax error is shown where it is, without a stack trace', async () => {
  const path = join(service.home, 'broken.ts');
  writeFileSync(path, 'export const handler = (;');
  const run = await heddle('deploy', path);
  assert.equal(run.code, 2);
  assert.match(run.stderr, /broken\.ts:1:\d+/);
  assert.doesNotMatch(run.stderr, /^\s+at /m);
});

test('invoke prints the answer on stdout and what happened on stderr', async () => {
  const run = await heddle('invoke', 'echo', '--payload', '{"a": 1}', '--log');
  assert.equal(run.stdout, '{"a": 1}\n');
  assert.match(run.stderr, /it ran[^]*warm-instance · started in 1\.50 ms/);
  assert.equal(run.code, 0);
});

test('invoke reads its payload from a file or from stdin', async () => {
  const path = join(service.home, 'event.json');
  writeFileSync(path, '[1]');
  assert.equal((await heddle('invoke', 'echo', '--payload', `@${path}`)).stdout, '[1]\n');
  assert.equal((await runCli(service.home, ['invoke', 'echo', '--payload', '-'], '[2]')).stdout, '[2]\n');
});

test("a function's error gives exit code 1, and the error as JSON", async () => {
  const run = await heddle('invoke', 'echo', '--payload', '{"fail": 1}', '--json');
  assert.equal(run.code, 1);
  assert.partialDeepStrictEqual(JSON.parse(run.stdout), {
    functionError: 'Unhandled',
    payload: { errorMessage: 'asked to fail' },
  });
});

test('an answer that is not JSON is shown as the text that it is', async () => {
  const json = await heddle('invoke', 'echo', '--payload', '"raw"', '--json');
  assert.partialDeepStrictEqual(JSON.parse(json.stdout), { payloadText: 'no JSON', startPath: 'warm-instance' });
  assert.equal((await heddle('invoke', 'echo', '--payload', '"raw"')).stdout, 'no JSON\n');
});

test('invoke --async --json says what is known: the id of the request', async () => {
  const { stdout } = await heddle('invoke', 'echo', '--async', '--json');
  assert.match(stdout, /^\{"requestId":"[0-9a-f-]{36}","repeated":false\}\n$/);
});

test('a number out of its range is a usage error that names the flag and the range', async () => {
  const path = join(service.home, 'echo.ts');
  for (const [flag, args] of [
    ['limit', ['logs', 'echo', '--limit', 'abc']],
    ['timeout', ['deploy', path, '--timeout', '0']],
    ['memory', ['deploy', path, '--memory', '1']],
  ] as const) {
    const run = await heddle(...args);
    assert.equal(run.code, 2, flag);
    assert.match(run.stderr, new RegExp(`--${flag} must be a whole number from \\d+ to \\d+; it is "`));
  }
});

test('--version and env --key have JSON', async () => {
  assert.match((await heddle('--version', '--json')).stdout, /^\{"version":"\d+\.\d+\.\d+"\}\n$/);
  const key: unknown = JSON.parse((await heddle('env', '--key', '--json')).stdout);
  assert.deepEqual(Object.keys(Object(key)), ['accessKeyId', 'secretAccessKey']);
});

test('a payload that is not JSON is refused before anything is sent', async () => {
  const run = await heddle('invoke', 'echo', '--payload', 'text');
  assert.equal(run.code, 2);
  assert.match(run.stderr, /not JSON/);
});

test('a misspelled function is told from the right one', async () => {
  const run = await heddle('invoke', 'ecko');
  assert.equal(run.code, 4);
  assert.match(run.stderr, /Did you mean "echo"\?/);
});

test('a misspelled command or option is a usage error with a suggestion', async () => {
  for (const args of [['invok'], ['up', '--prot', '1']]) {
    const run = await heddle(...args);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /Did you mean/);
  }
  const below = await heddle('layer', 'rm', 'tools', '1');
  assert.equal(below.code, 2);
  assert.match(below.stderr, /^heddle: too many arguments.*\n.*heddle layer rm --help"/);
});

test('functions, ps and logs have words and JSON', async () => {
  assert.match((await heddle('functions')).stdout, /NAME .*\n[^]*echo +nodejs24\.x/);
  const ps = (await heddle('ps')).stdout;
  assert.match(ps, /nodejs24\.x +128 MB +✓ warm-instance +4 +0 +echo/);
  assert.match(ps, /nodejs24\.x +2 +1 +3 +4 \(2 wanted in each\)\n[^]*└─ c-one +nodejs24\.x +blank/);
  assert.partialDeepStrictEqual(JSON.parse((await heddle('ps', '--json')).stdout), { queue: { max: 10 } });
  await heddle('invoke', 'echo');
  assert.match((await heddle('logs', 'echo', '--since', '1h')).stdout, /\d\d:\d\d:\d\d\.\d{3} it ran\n/);
  const line = (await heddle('logs', 'echo', '--json', '--limit', '1')).stdout;
  assert.match(String((JSON.parse(line) as { text: unknown }).text), /it ran/);
});

test('rm removes, and then there is nothing to remove', async () => {
  await heddle('deploy', join(service.home, 'echo.ts'), '--name', 'gone');
  assert.equal((await heddle('rm', 'gone')).code, 0);
  assert.equal((await heddle('rm', 'gone')).code, 4);
});

test('no service gives exit code 3 and says how to start one', async () => {
  const stopped = await startTestService();
  const { home } = stopped;
  const run = await runCli(join(home, 'nothing-here'), ['ps']);
  await stopped[Symbol.asyncDispose]();
  assert.equal(run.code, 3);
  assert.match(run.stderr, /heddle up/);
});

test('a wrong key gives exit code 4', async () => {
  const other = await startTestService();
  writeFileSync(join(other.home, 'service.json'), JSON.stringify({ url: service.url }));
  const run = await runCli(other.home, ['ps']);
  await other[Symbol.asyncDispose]();
  assert.equal(run.code, 4);
  assert.match(run.stderr, /UnrecognizedClientException/);
});

test('help teaches with examples, on stdout', async () => {
  for (const name of [
    'start',
    'up',
    'deploy',
    'dev',
    'invoke',
    'run',
    'logs',
    'ps',
    'functions',
    'rm',
    'env',
    'doctor',
  ]) {
    const run = await heddle(name, '--help');
    assert.equal(run.code, 0);
    assert.match(run.stdout, new RegExp(`Examples:[^]*heddle ${name}`));
  }
  assert.match((await heddle('bench', '--help')).stdout, /--only ROW/, 'the benchmark answers itself');
});

test("run becomes the program: what follows its file is the program's, and so is the exit code", async () => {
  const path = join(service.home, 'program.ts');
  writeFileSync(path, 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = Number(7);');
  const run = await heddle('run', path, '--json', '--help', '-x');
  assert.deepEqual([run.code, run.stdout], [7, '["--json","--help","-x"]\n']);
  const missing = await heddle('run', 'nowhere.ts');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /There is no file .*nowhere\.ts to run\.\n.*run FILE/);
});

test('a command that only has others below it teaches them, and is a wrong command line', async () => {
  for (const words of [[], ['queue'], ['schedule'], ['account']]) {
    const { code, stdout, stderr } = await heddle(...words);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^Usage: ${['heddle', ...words].join(' ')} [^]*\\$ heddle`));
    assert.doesNotMatch(`${stdout}${stderr}`, /outputHelp/);
  }
});

test('a wrong flag is answered with the help of its command', async () => {
  assert.match((await heddle('invoke', 'echo', '--nonsense')).stderr, /"heddle invoke --help" lists/);
  assert.match((await heddle('--nonsense')).stderr, /"heddle --help" lists/);
});
