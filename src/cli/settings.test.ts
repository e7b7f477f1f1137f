import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CliError, exitCodes } from './exit.ts';
import { readSettings, type SettingSources } from './settings.ts';

const home = mkdtempSync(join(tmpdir(), 'heddle-settings-'));
after(() => rmSync(home, { recursive: true }));
const machine = { homeDir: '/users/ada', cacheDir: undefined, availableMb: 24_000, cores: 2 };

function read(sources: Partial<SettingSources>): ReturnType<typeof readSettings> {
  return readSettings({ flags: {}, environment: {}, machine, ...sources });
}

function refusal(sources: Partial<SettingSources>): CliError {
  try {
    read(sources);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'It was accepted.' });
}

test('defaults fit the machine', () => {
  const settings = read({});
  assert.equal(settings.home, '/users/ada/.heddle');
  assert.equal(settings.cache, '/users/ada/.cache/heddle');
  assert.deepEqual([settings.host, settings.port, settings.driver], ['127.0.0.1', 4333, 'auto']);
  assert.equal(settings.memoryMb, 12_000);
  assert.deepEqual(
    settings.warm.map(({ runtime, memoryMb, min, max }) => [runtime, memoryMb, min, max]),
    [['nodejs24.x', 256, 1, 8]],
  );
});

test('a small machine keeps one instance warm, and has memory for it', () => {
  const settings = read({ machine: { ...machine, availableMb: 1_500 } });
  assert.deepEqual([settings.warm[0]?.min, settings.warm[0]?.max], [1, 1]);
  assert.equal(settings.memoryMb, 1_280);
});

test('XDG_CACHE_HOME moves the cache', () => {
  assert.equal(read({ machine: { ...machine, cacheDir: '/fast' } }).cache, '/fast/heddle');
});

test('a flag beats the environment, which beats the file, which beats the default', () => {
  writeFileSync(join(home, 'config.json'), JSON.stringify({ port: 1, queueMax: 1, containerIdle: '1s' }));
  const settings = read({
    flags: { port: '3' },
    environment: { HEDDLE_HOME: home, HEDDLE_PORT: '2', HEDDLE_QUEUE_MAX: '2' },
  });
  assert.deepEqual([settings.port, settings.queueMax, settings.containerIdleMs], [3, 2, 1_000]);
  assert.equal(settings.instanceIdleMs, 60_000);
});

test('an empty variable counts as not set', () => {
  assert.equal(read({ environment: { HEDDLE_PORT: '' } }).port, 4333);
});

test('an error names the flag, the variable or the file that is wrong', () => {
  assert.match(refusal({ flags: { port: '70000' } }).message, /^--port must be a whole number from 0 to 65535/);
  assert.match(refusal({ environment: { HEDDLE_DRIVER: 'docker' } }).message, /^HEDDLE_DRIVER must be one of auto, /);
  const config = join(home, 'other.json');
  writeFileSync(config, JSON.stringify({ queueWait: '10' }));
  const error = refusal({ flags: { config } });
  assert.match(error.message, /^"queueWait" in .*other\.json must be a duration/);
  assert.equal(error.exitCode, exitCodes.usage);
});

test('an unknown key in the file is refused, with the one that was meant', () => {
  const config = join(home, 'typo.json');
  writeFileSync(config, JSON.stringify({ quueMax: 3 }));
  assert.equal(refusal({ flags: { config } }).hint, 'Did you mean "queueMax"?');
});

test('a file that is named must be there and hold an object', () => {
  assert.match(refusal({ flags: { config: join(home, 'none.json') } }).message, /ENOENT/);
  const config = join(home, 'list.json');
  writeFileSync(config, '[]');
  assert.match(refusal({ flags: { config } }).message, /must hold one JSON object/);
});

test('an address that others can reach needs a flag, wherever it comes from', () => {
  assert.match(refusal({ environment: { HEDDLE_HOST: '0.0.0.0' } }).hint ?? '', /--expose/);
  assert.match(refusal({ flags: { host: '127.evil.example' } }).hint ?? '', /--expose/);
  assert.equal(read({ flags: { host: '0.0.0.0', expose: true } }).host, '0.0.0.0');
  assert.equal(read({ flags: { host: '127.0.0.2' } }).host, '127.0.0.2');
});

test('what is kept warm is a list', () => {
  const { warm } = read({ flags: { warm: 'nodejs24.x-256=1..4,nodejs22.x-512=0..2' } });
  assert.deepEqual(
    warm.map(({ runtime, memoryMb, min, max }) => [runtime, memoryMb, min, max]),
    [
      ['nodejs24.x', 256, 1, 4],
      ['nodejs22.x', 512, 0, 2],
    ],
  );
  assert.deepEqual(read({ flags: { warm: 'none' } }).warm, []);
  for (const wrong of ['nodejs24.x', 'nodejs24.x-127=1', 'nodejs24.x-10241=1', 'perl-256=1', 'nodejs24.x-256=3..1'])
    assert.match(refusal({ flags: { warm: wrong } }).message, /^--warm must be RUNTIME-MEMORY=MIN\.\.MAX/);
  assert.match(refusal({ flags: { warm: 'nodejs24.x-256=1,nodejs24.x-256=2' } }).message, /twice/);
});

test('what is kept warm may say how many blank containers each instance has', () => {
  const { warm } = read({ flags: { warm: 'nodejs24.x-256=2..8x4,nodejs22.x-512=1x1,nodejs24.x-4096=1' } });
  assert.deepEqual(
    warm.map(({ min, max, blanks }) => [min, max, blanks]),
    [
      [2, 8, 4],
      [1, 1, 1],
      [1, 1, undefined],
    ],
  );
  assert.equal(read({}).warm[0]?.blanks, undefined, 'that is left to the pool');
});

test('no more blank containers than an instance can hold, and at least one', () => {
  const message = (warm: string): string => refusal({ flags: { warm } }).message;
  assert.match(message('nodejs24.x-256=2..8x65'), /BLANK is from 1 to the 64 that every instance can hold/);
  for (const wrong of ['nodejs24.x-256=2..8x0', 'nodejs24.x-256=2..8x', 'nodejs24.x-256=2x-1', 'nodejs24.x-256x4=2'])
    assert.match(message(wrong), /^--warm must be RUNTIME-MEMORY=MIN\.\.MAX.* xBLANK/);
});

test('sources are connections by name, each with what its kind needs, and no password in a URL', () => {
  const sources = {
    jobs: { kind: 'nats', url: 'nats://queue.lan:4222', user: 'u', password: 'p', accounts: ['123456789012'] },
    aws: { kind: 'sqs', url: 'https://sqs.lan', region: 'eu-west-1', accessKeyId: 'a', secretAccessKey: 's' },
    log: { kind: 'kafka', url: 'kafkas://one.lan:9094,two.lan:9094', user: 'u', password: 'p', mechanism: 'PLAIN' },
  };
  const at = (value: unknown): Partial<SettingSources> => ({ flags: { sources: JSON.stringify(value) } });
  assert.deepEqual(read(at(sources)).sources, sources);
  for (const [value, words] of [
    [{ jobs: { kind: 'kinesis', url: 'x' } }, /one of sqs, nats, postgres, redis, kafka as "kind"/],
    [{ log: { kind: 'kafka', url: 'kafka://one.lan' } }, /must have kafka:\/\/HOST:PORT/],
    [{ log: { kind: 'kafka', url: 'kafka://u:p@one.lan:9092' } }, /must have kafka:\/\/HOST:PORT/],
    [{ log: { ...sources.log, mechanism: 'GSSAPI' } }, /one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 as "mechanism"/],
    [{ log: { ...sources.log, user: undefined } }, /must have both "user" and "password" of log/],
    [{ log: { ...sources.log, cert: 'x' } }, /must have both "cert" and "key" of log/],
    [{ log: { kind: 'kafka', url: 'kafka://one.lan:9092', ca: 'x' } }, /must have kafkas:\/\/ as "url" of log/],
    [{ jobs: { kind: 'redis', url: 'http://x' } }, /begins with redis:\/\/ or rediss:\/\//],
    [{ jobs: { kind: 'redis', url: 'redis://u:p@x' } }, /must not have a user or password in "url"/],
    [{ aws: { ...sources.aws, region: undefined } }, /must have "region" of aws/],
    [{ jobs: { ...sources.jobs, pass: 'x' } }, /has "pass" of jobs, which is none of/],
    [{ 'a b': sources.jobs }, /should be letters, digits/],
    [{ jobs: { ...sources.jobs, accounts: ['1'] } }, /accounts of 12 digits/],
  ] as const)
    assert.match(refusal(at(value)).message, words);
});

test('a service that is told of no NATS servers belongs to no cluster', () => {
  assert.equal('cluster' in read({}), false);
  assert.equal('cluster' in read({ environment: { HEDDLE_CLUSTER: 'none', HEDDLE_PEER_PORT: '1' } }), false);
});

test('a cluster is told by flags, variables and the file', () => {
  writeFileSync(join(home, 'config.json'), JSON.stringify({ peerPort: 5, clusterReplicas: 1, hostName: 'one.lan' }));
  const { cluster } = read({
    flags: { cluster: 'nats://10.0.0.1,nats://[::1]:5000,nats://10.0.0.1:4222', clusterKey: '/keys/hosts.nk' },
    environment: { HEDDLE_HOME: home, HEDDLE_PEER_HOST: '10.0.0.9', HEDDLE_CLUSTER_CA: '/keys/ca.crt' },
  });
  assert.deepEqual(cluster, {
    servers: ['nats://10.0.0.1:4222', 'nats://[::1]:5000'],
    keyFile: '/keys/hosts.nk',
    caFile: '/keys/ca.crt',
    hostName: 'one.lan',
    peerHost: '10.0.0.9',
    peerPort: 5,
    replicas: 1,
    cutOff: 'serve',
  });
});

for (const [wrong, words] of [
  [{ cluster: 'nats://10.0.0.1' }, /--cluster needs --cluster-key/],
  [{ clusterKey: 'key' }, /--cluster names none/],
  [{ cluster: 'http://10.0.0.1', clusterKey: 'key' }, /--cluster must be NATS servers such as nats:/],
  [{ cluster: 'nats://me:secret@10.0.0.1', clusterKey: 'key' }, /must not have a user or password/],
  [{ peerHost: '0.0.0.0' }, /--peer-host must be the one address/],
  [{ clusterCutOff: 'maybe' }, /--cluster-cut-off must be serve or refuse/],
  [{ clusterReplicas: '2' }, /--cluster-replicas must be one of 1, 3, 5/],
  [{ hostName: 'a b' }, /--host-name must be 1 to 64 letters/],
] as const)
  test(`${Object.keys(wrong).join(' and ')} that cannot be are refused in words: ${words.source}`, () => {
    const error = refusal({ flags: wrong });
    assert.match(error.message, words);
    assert.equal(error.exitCode, exitCodes.usage);
  });
