import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
  mkdirSync(join(service.home, 'work'));
  writeFileSync(file('f.mjs'), 'export const handler = () => 1;');
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);
const file = (name: string): string => join(service.home, 'work', name);

async function ok(...args: string[]): Promise<CliRun> {
  const run = await heddle(...args);
  assert.equal(run.code, 0, run.stderr);
  return run;
}

test('a policy is set by options or a file, given to functions, shown and removed', async () => {
  await ok(
    'policy',
    'set',
    'small',
    '--memory',
    '256',
    '--timeout',
    '2',
    '--env',
    'STAGE,APP_*',
    '--service',
    'sqs:SendMessage jobs',
  );
  writeFileSync(file('offline.json'), '{"egress": "none", "secrets": ["STRIPE"]}');
  await ok('policy', 'set', 'offline', file('offline.json'), '--description', 'reaches nothing');
  await ok(
    'deploy',
    file('f.mjs'),
    '--policy',
    'small,offline',
    '--env',
    'STAGE=dev',
    '--env',
    'OTHER=1',
    '--memory',
    '512',
  );
  const of = JSON.parse((await ok('policy', 'show', 'f', '--function', '--json')).stdout);
  assert.deepEqual([of.memoryMb, of.timeoutMs, of.env, of.egress], [256, 2_000, ['STAGE'], ['none']]);
  assert.deepEqual(of.effective.secrets, ['STRIPE']);
  assert.match((await ok('policy', 'ls')).stdout, /POLICY +AT MOST +FUNCTIONS +ROLES\noffline +.*"egress":"none".* f/);
  const refused = await heddle('policy', 'rm', 'small');
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /bounds function f/);
  await ok('deploy', file('f.mjs'), '--policy', 'none');
  assert.equal(JSON.parse((await ok('policy', 'show', 'f', '--function', '--json')).stdout).memoryMb, 512);
  await ok('policy', 'rm', 'small');
});

test('a role is set for CI and for functions, revoked and removed', async () => {
  await ok('policy', 'set', 'reader', '--service', 'lambda:Get*');
  await ok(
    'role',
    'set',
    'ci',
    '--policy',
    'reader',
    '--issuer',
    'github',
    '--subject',
    'repo:org/shop:*',
    '--claim',
    'environment=production',
  );
  const role = JSON.parse((await ok('role', 'show', 'ci', '--json')).stdout);
  assert.deepEqual(role.trust, {
    accounts: [],
    oidc: [
      {
        issuer: 'https://token.actions.githubusercontent.com',
        audiences: ['sts.amazonaws.com'],
        subjects: ['repo:org/shop:*'],
        claims: { environment: 'production' },
      },
    ],
  });
  await ok('role', 'set', 'app', '--policy', 'reader', '--session', '900');
  await ok('deploy', file('f.mjs'), '--role', 'app');
  assert.match((await ok('role', 'ls')).stdout, /app +reader +\d{12} +f +0\nci +reader +token\.actions/);
  assert.match((await heddle('role', 'rm', 'app')).stderr, /is that of 1 functions, such as f/);
  assert.match((await ok('role', 'revoke', 'app')).stderr, /good for nothing: 0/);
  await ok('role', 'rm', 'ci');
});

test('what cannot be meant is refused with what should be', async () => {
  for (const [args, why] of [
    [['policy', 'set', 'x'], /by a JSON file or by options/],
    [['policy', 'set', 'x', '--egress', 'no way!'], /--egress/],
    [['policy', 'set', 'x', '--memory', '5'], /--memory must be .*128/],
    [['policy', 'set', 'a b', '--apart'], /cannot be the name of a policy/],
    [['policy', 'show', 'none'], /no policy "none"/],
    [['role', 'set', 'x', '--issuer', 'github'], /--issuer and --subject/],
    [['role', 'set', 'x', '--policy', 'nowhere'], /no policy "nowhere"/],
    [
      [
        'role',
        'set',
        'x',
        '--policy',
        'reader',
        '--issuer',
        'http://evil.example',
        '--subject',
        '*',
        '--audience',
        'a',
      ],
      /must be an address that begins with https/,
    ],
  ] as const) {
    const run = await heddle(...args);
    assert.notEqual(run.code, 0);
    assert.match(run.stderr, why);
  }
});
