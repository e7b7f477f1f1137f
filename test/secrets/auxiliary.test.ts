import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { runCli } from '../../src/cli/testing.ts';
import { clientWith, secondAccount } from '../lambda/accounts.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const code = `
const { request } = require('node:http');
const raw = (path) => new Promise((resolve, reject) =>
  request('http://heddle.internal', { path }, (answer) => resolve(answer.resume().statusCode)).on('error', reject).end());
exports.handler = async ({ path, init, parts, exactly }, { awsRequestId }) => {
  if (exactly) return { status: await raw('/aux/' + path) };
  const body = parts && (async function* () { for (const part of parts) { yield part; } })();
  const answer = await fetch('http://heddle.internal/aux/' + path, { ...init, ...(body && { method: 'POST', body, duplex: 'half' }) });
  return { status: answer.status, text: await answer.text(), requestId: awsRequestId, headers: Object.fromEntries(answer.headers) };
};`;

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly requestId: string;
  readonly headers: Record<string, string>;
}

const [driver] = await driversUnderTest();

describe('auxiliary services', { skip: driver?.skip ?? 'no driver', timeout: 900_000 }, () => {
  let service: RunningService;
  let signer: Server;
  let unix: Server;
  let home: string;
  let asked: IncomingMessage[] = [];
  const call = async (event: object, name = 'pay-one'): Promise<Answered> => {
    const { payload, functionError } = await invoke(service, name, event);
    assert.equal(functionError, undefined, JSON.stringify(payload));
    const answered: Answered = JSON.parse(JSON.stringify(payload));
    return answered;
  };
  const urlOf = (server: Server): string => {
    const bound = server.address();
    assert.ok(typeof bound === 'object' && bound !== null);
    return `http://127.0.0.1:${bound.port}`;
  };

  before(async () => {
    home = await newHome();
    await secondAccount(home);
    signer = createServer((request, response) => {
      asked.push(request);
      if (request.url === '/base/break') response.socket?.destroy();
      else if (request.url !== '/base/slow')
        void text(request).then((body) => response.writeHead(201, { 'x-signed': 'yes' }).end(`signed ${body}`));
    }).listen(0, '127.0.0.1');
    const socket = join(home, 'vault.sock');
    unix = createServer((request, response) =>
      response.end(`vault ${request.url} ${String(request.headers['heddle-function'])}`),
    ).listen(socket);
    await Promise.all([once(signer, 'listening'), once(unix, 'listening')]);
    service = await startHeddle(home, '--driver', 'host', ...littleWarm, '--aux', `vault=unix:${socket}`);
    for (const name of ['pay-one', 'other']) await deploy(service, name, code);
    const set = await runCli(home, [
      'aux',
      'set',
      'signer',
      `${urlOf(signer)}/base`,
      '--function',
      'pay-*',
      '--timeout',
      '2',
    ]);
    assert.equal(set.code, 0, set.stderr);
  });
  after(async () => {
    signer?.closeAllConnections();
    signer?.close();
    unix?.close();
    await service?.[Symbol.asyncDispose]();
  });

  test('a function calls one, which is told who calls by a token of the service', async () => {
    asked = [];
    const forged = {
      'heddle-account': '999999999999',
      'heddle-caller': 'mine',
      'Heddle-Container': 'c-mine',
      // The same to whoever hears of headers as CGI and WSGI have them.
      heddle_account: '999999999999',
      X_Forwarded_For: '127.0.0.1',
      'X_Amzn-Trace_Id': 'mine',
      'x-own': 'kept',
    };
    const answer = await call({ path: 'signer/sign?this=1', init: { method: 'POST', body: 'hello', headers: forged } });
    assert.deepEqual([answer.status, answer.text, answer.headers['x-signed']], [201, 'signed hello', 'yes']);
    const [request] = asked;
    assert.ok(request !== undefined);
    assert.equal(request.url, '/base/sign?this=1');
    assert.equal(request.headers['x-own'], 'kept');
    assert.ok(!Object.keys(request.headers).some((header) => header.includes('_')));
    assert.ok(!Object.values(request.headers).includes('999999999999'));
    const keys = createRemoteJWKSet(new URL('/heddle/v1/aux/jwks.json', service.url));
    const token = String(request.headers['heddle-caller']);
    const { payload } = await jwtVerify(token, keys, { issuer: 'heddle', audience: 'signer', algorithms: ['EdDSA'] });
    assert.equal(payload['function'], 'pay-one');
    assert.equal(payload['version'], '$LATEST');
    assert.equal(payload['request'], answer.requestId);
    assert.match(String(payload['trace']), /^Root=1-/);
    assert.match(String(payload['container']), /^c-/);
    assert.notEqual(payload['container'], 'c-mine');
    assert.notEqual(payload['account'], '999999999999');
    assert.match(String(payload.sub), /:function:pay-one$/);
    assert.deepEqual([payload['htm'], payload['htu']], ['POST', '/sign?this=1']);
    assert.ok((payload.exp ?? 0) - (payload.iat ?? 0) <= 60);
    assert.deepEqual(
      [request.headers['heddle-function'], request.headers['heddle-request-id'], request.headers['heddle-container']],
      ['pay-one', answer.requestId, payload['container']],
    );
    // Each call says its own invocation, whatever connection it comes by.
    const again = await call({ path: 'signer/again' });
    assert.equal(asked[1]?.headers['heddle-request-id'], again.requestId);
    await assert.rejects(jwtVerify(token, keys, { audience: 'vault' }), /aud/);
    assert.equal(statSync(join(home, 'attestation-key.json')).mode & 0o777, 0o600);
  });

  test('bodies stream, on a socket of the file system as well', async () => {
    assert.equal((await call({ path: 'signer/stream', parts: ['a', 'b'] })).text, 'signed ab');
    assert.equal((await call({ path: 'vault/key' }, 'other')).text, 'vault /key other');
    assert.equal((await call({ path: 'vault' }, 'other')).text, 'vault / other');
  });

  test('who may not call one is told so, whether it is there or not', async () => {
    asked = [];
    for (const path of ['signer/sign', 'nobody/sign', '..%2fsigner/x']) {
      const { status, text: words } = await call({ path }, 'other');
      assert.deepEqual([status, /may call no auxiliary service/.test(words)], [403, true], words);
    }
    assert.deepEqual(asked, []);
    for (const path of ['signer/../x', 'signer/a/%2e%2E/../x', 'signer/..%2fx', 'signer/..;/x'])
      assert.equal((await call({ path, exactly: true })).status, 400, path);
    assert.deepEqual(asked, []);
    assert.equal((await call({ path: 'signer/a..b/.c?..', exactly: true })).status, 201);
    // Nor does anybody come in over the network.
    const outside = await fetch(`${service.url}/aux/signer/sign`);
    assert.equal(outside.status, 403);
    assert.match(await outside.text(), /by code in containers, and by nobody else/);
  });

  test('other accounts need to be named, and only the operator sets anything', async () => {
    const otherHome = await newHome();
    const { code: refused } = await runCli(otherHome, ['aux', 'ls']);
    assert.notEqual(refused, 0);
    const made = await runCli(home, ['account', 'create', 'strangers', '--json']);
    const { key, account } = JSON.parse(made.stdout);
    const client = clientWith(service.url, key);
    await deploy({ client }, 'pay-two', code);
    const theirs = async (): Promise<Answered> => {
      const { payload } = await invoke({ ...service, client }, 'pay-two', { path: 'signer/x' });
      return JSON.parse(JSON.stringify(payload));
    };
    assert.equal((await theirs()).status, 403);
    assert.equal((await runCli(home, ['aux', 'set', 'signer', '--account', account.id])).code, 0);
    assert.equal((await theirs()).status, 201);
    assert.equal(asked.at(-1)?.headers['heddle-account'], account.id);
    assert.equal((await call({ path: 'signer/x' })).status, 403);
    assert.equal((await runCli(home, ['aux', 'set', 'signer', '--account', 'all', '--function', 'pay-*'])).code, 0);
    client.destroy();
  });

  test('one that breaks or is too slow is an answer in words, and everything is counted', async () => {
    assert.deepEqual(await statusOf('signer/break'), [502, true]);
    assert.deepEqual(await statusOf('signer/slow'), [504, true]);
    const listed = await runCli(home, ['aux', 'ls', '--json']);
    const signers = JSON.parse(listed.stdout).find(({ name }: { name: string }) => name === 'signer');
    assert.deepEqual([signers.failures, signers.refusals >= 1, signers.open, signers.kept], [2, true, 0, true]);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /heddle_auxiliary_failures_total\{service="signer"\} 2/);
    const snapshot = await runCli(home, ['ps', '--json']);
    assert.match(snapshot.stdout, /"auxiliaries"/);
    assert.equal((await runCli(home, ['aux', 'rm', 'signer'])).code, 0);
    assert.equal((await call({ path: 'signer/x' })).status, 403);
    assert.notEqual((await runCli(home, ['aux', 'rm', 'vault'])).code, 0);
  });
  const statusOf = async (path: string): Promise<readonly [number, boolean]> => {
    const { status, text: words } = await call({ path });
    return [status, /The auxiliary service signer/.test(words)];
  };
});
