import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findConnection, NoServiceError, parseIni } from './connection.ts';

const home = mkdtempSync(join(tmpdir(), 'heddle-connection-'));
after(() => rmSync(home, { recursive: true }));

test('the service is found by its file, or by HEDDLE_URL, and the key by the profile heddle', () => {
  writeFileSync(join(home, 'service.json'), '{"url": "http://127.0.0.1:1", "pid": 1}');
  const keys = (id: string): string => `aws_access_key_id = ${id}\naws_secret_access_key=s=e=c\n`;
  writeFileSync(join(home, 'credentials'), `[other]\n${keys('WRONG')}# [x]\n[heddle]\n${keys('AKIA1')}`);
  const found = findConnection(home, {});
  assert.deepEqual([found.url, found.accessKeyId, found.secretAccessKey], ['http://127.0.0.1:1', 'AKIA1', 's=e=c']);
  assert.equal(findConnection(home, { HEDDLE_URL: 'http://127.0.0.1:2' }).url, 'http://127.0.0.1:2');
  const two = findConnection(home, { HEDDLE_URL: 'http://127.0.0.1:2, http://127.0.0.1:3' });
  assert.deepEqual([two.url, two.urls], ['http://127.0.0.1:2', ['http://127.0.0.1:2', 'http://127.0.0.1:3']]);
});

test('the key may be in the environment, where AWS programs look for it only if there is no file', () => {
  const url = { HEDDLE_URL: 'http://127.0.0.1:2' };
  const aws = { AWS_ACCESS_KEY_ID: 'AKIA2', AWS_SECRET_ACCESS_KEY: 'two' };
  const own = { HEDDLE_ACCESS_KEY_ID: 'AKIA3', HEDDLE_SECRET_ACCESS_KEY: 'three' };
  const keyFrom = (folder: string, environment: NodeJS.ProcessEnv): string =>
    findConnection(folder, environment).accessKeyId;
  assert.equal(keyFrom(home, { ...url, ...aws, ...own }), 'AKIA3');
  assert.equal(keyFrom(home, { ...url, ...aws }), 'AKIA1', 'they may be those of another service');
  assert.equal(keyFrom(join(home, 'none'), { ...url, ...aws }), 'AKIA2');
  assert.throws(() => keyFrom(join(home, 'none'), aws), NoServiceError);
  assert.throws(() => keyFrom(join(home, 'none'), { ...url, HEDDLE_ACCESS_KEY_ID: 'AKIA3' }), NoServiceError);
});

test('what is missing or wrong is named with its file', () => {
  assert.throws(() => findConnection(join(home, 'none'), {}), NoServiceError);
  writeFileSync(join(home, 'service.json'), '{}');
  assert.throws(() => findConnection(home, {}), /service\.json does not say where the service is/);
});

test('sections of an INI file may come twice, and comments say nothing', () => {
  const sections = parseIni('a = 0\n[one]\na=1\n;b=2\n[two]\na = 3\n[one]\nb = 4 \n');
  assert.deepEqual(
    [...sections].map(([name, pairs]) => [name, ...pairs]),
    [
      ['one', ['a', '1'], ['b', '4']],
      ['two', ['a', '3']],
    ],
  );
});
