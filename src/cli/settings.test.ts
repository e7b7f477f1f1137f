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
