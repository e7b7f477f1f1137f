import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { systemClock } from '../../../model/clock.ts';
import type { LogLine } from '../../../model/dashboard/logs.ts';
import { createAccount } from '../../../store/credentials.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';
import { Tally } from '../tally.ts';
import { logEvents } from '../../aws/logs/log-events.ts';
import { Levels } from './level.ts';
import { LineIds } from './line-ids.ts';
import { NewestLines } from './newest-lines.ts';
import { PendingLines } from './pending-lines.ts';
import { AtOnce } from '../../../model/at-once.ts';

test('the level of a line is what it says, and that of the line before where it says nothing', () => {
  const levels = new Levels();
  const of = (text: string): string => levels.of('r', text);
  assert.equal(of('START RequestId: r Version: 1'), 'SYSTEM');
  assert.equal(of('no level at all'), 'INFO');
  assert.equal(of('2026-01-31T12:00:00.000Z\tr\tERROR\tfailed'), 'ERROR');
  assert.equal(of('    at handler (index.ts:3:1)'), 'ERROR');
  assert.equal(levels.of('another', '    at handler (index.ts:3:1)'), 'INFO');
  assert.equal(of('[WARNING]\t2026-01-31T12:00:00.000Z\tr\ta word of Python'), 'WARN');
  assert.equal(of('{"timestamp":"2026","level":"debug","message":"an ERROR in words"}'), 'DEBUG');
  assert.equal(of('Egress refused: db.lan:5432 is …'), 'WARN');
  assert.equal(of('REPORT RequestId: r\tDuration: 1 ms'), 'SYSTEM');
  assert.equal(of('[NOSUCHLEVEL] begins anew'), 'INFO');
});

test('lines that come in pieces have the ids that they have in the whole', () => {
  const ids = new LineIds();
  const entry = { seq: 1, wallMs: 9, requestId: 'r' };
  const times = (from: number): readonly [number, number][] => [[from, 5]];
  const pieces = ['START\n', 'one\ntwo\n', 'three\n'];
  const told = pieces.flatMap((text) => logEvents([{ ...entry, text, times: times(0) }]).map((event) => ids.of(event)));
  const whole = logEvents([{ ...entry, text: pieces.join(''), times: times(0) }]);
  assert.deepEqual(
    told,
    whole.map(({ position }) => position),
  );
});

test('who reads too slowly loses the oldest lines, and is told how many', async () => {
  const pending = new PendingLines();
  const line = { at: 1, function: 'f', requestId: 'r', level: 'INFO', text: 'x' } as const;
  for (let n = 0; n < 5_000; n++) pending.put({ ...line, id: String(n) });
  pending.end();
  assert.deepEqual(await Array.fromAsync(pending.news()), [], 'It had ended.');
  const slow = new PendingLines();
  for (let n = 0; n < 5_000; n++) slow.put({ ...line, id: String(n) });
  const { value } = await slow.news().next();
  assert.ok(value !== undefined);
  const [first] = value;
  assert.ok(first !== undefined && 'missing' in first);
  assert.equal(first.missing + value.length - 1, 5_000);
  assert.ok(value.length <= 2_001);
  assert.partialDeepStrictEqual(value.at(-1), { id: '4999' });
});

test('of the past the newest lines are kept, so many and so long', () => {
  const line = { at: 1, function: 'f', requestId: 'r', level: 'INFO', text: 'x' } as const;
  const few = new NewestLines(3);
  for (const id of ['5', '1', '9', '3', '7', '8', '2', '4']) few.add({ ...line, id });
  const ids = few.taken().map((json) => Object(JSON.parse(json)).id);
  assert.deepEqual(ids, ['7', '8', '9']);
  const long = new NewestLines(1_000);
  for (let n = 100; n < 140; n++) long.add({ ...line, id: String(n), text: 'x'.repeat(1_048_576) });
  const kept = long.taken();
  assert.ok(kept.length === 7 && kept.at(-1)?.includes('"139"') === true, String(kept.length));
});

test('so many act at a time, in their order, whatever becomes of one', async () => {
  const turns = new AtOnce(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
  const all = ends.map((end, n) =>
    turns.take(() => {
      begun.push(n);
      return end.promise;
    }),
  );
  const settled = Promise.allSettled(all);
  await setImmediate();
  assert.deepEqual(begun, [0, 1]);
  ends[1]?.reject(new Error('It failed.'));
  await setImmediate();
  assert.deepEqual(begun, [0, 1, 2]);
  for (const [n, end] of ends.entries()) end.resolve(n);
  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal(await turns.take(async () => 5), 5);
});

describe('lines of logs', () => {
  let service: TestFrontend;
  before(async () => {
    service = await startTestFrontend({ dashboard: { tally: new Tally(systemClock), folder: async () => '' } });
    const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
    for (const FunctionName of ['one', 'two']) await create(FunctionName, Code);
    await say('one', 'START RequestId\n2026\tr\tERROR\tit broke\n    at line 1\n');
    await say('two', 'a word of two\n');
  });
  after(() => service[Symbol.asyncDispose]());

  async function create(FunctionName: string, Code: { ZipFile: Uint8Array }): Promise<void> {
    const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: undefined, Code } as const;
    await service.client().send(new CreateFunctionCommand({ FunctionName, ...settings }));
  }
  async function say(FunctionName: string, log: string): Promise<void> {
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log });
    await service.client().send(new InvokeCommand({ FunctionName }));
  }
  async function get(query: string, key = service.key): Promise<Response> {
    const path = `/heddle/v1/logs${query}`;
    return await fetch(service.url + path, { headers: await signedHeaders({ ...service, key }, 'GET', path) });
  }
  async function texts(query: string, key = service.key): Promise<readonly string[]> {
    const text = await (await get(query, key)).text();
    const lines: LogLine[] = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    return lines.map((line) => line.text);
  }

  test('are those of all functions of the account, or as they are asked for', async () => {
    const all = ['START RequestId', '2026\tr\tERROR\tit broke', '    at line 1', 'a word of two'];
    assert.deepEqual(await texts(''), all);
    assert.deepEqual(await texts('?level=error'), all.slice(1, 3));
    assert.deepEqual(await texts('?function=two'), all.slice(3));
    const arn = `arn:aws:lambda:${service.region}:${service.key.account}:function:two`;
    assert.deepEqual(await texts(`?function=${encodeURIComponent(arn)}`), all.slice(3));
    assert.deepEqual(await texts('?text=WORD'), all.slice(3));
    assert.deepEqual(await texts('?limit=1'), all.slice(3));
    assert.deepEqual(await texts('?requestId=none'), []);
    assert.deepEqual(await texts(`?since=${Date.now() + 60_000}`), []);
    assert.deepEqual(await texts('', await createAccount(service.store, 1)), [], 'nobody else’s');
  });

  test('what cannot be meant is refused', async () => {
    for (const query of ['?level=loud', '?limit=-1', '?since=yesterday', `?text=${'x'.repeat(300)}`])
      assert.equal((await get(query)).status, 400, query);
    assert.equal((await get('?function=none')).status, 404);
    assert.equal((await get('?function=one', await createAccount(service.store, 2))).status, 404);
  });

  test('are followed, also those of functions that come later', async () => {
    const { body } = await get('?follow=1&text=later&limit=0');
    assert.ok(body !== null);
    const lines = createInterface({ input: Readable.fromWeb(body) })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      for (;;) {
        const { value } = await lines.next();
        if (value !== '') return Object(JSON.parse(String(value))).text;
      }
    };
    await say('one', 'not this\n');
    await say('one', 'later\n');
    assert.equal(await next(), 'later');
    await create('three', { ZipFile: await zipOf({ 'index.mjs': '' }) });
    await say('three', 'much later\n');
    assert.equal(await next(), 'much later');
    await lines.return?.();
  });

  test('end with the key that they were asked for with', async () => {
    const [first, second] = [await createAccount(service.store, 3), await createAccount(service.store, 4)];
    const path = '/heddle/v1/stream?topics=activity';
    const headers = await signedHeaders({ ...service, key: first }, 'GET', path);
    const ends = [await get('?follow=1', first), await fetch(service.url + path, { headers })];
    const stays = await get('?follow=1', second);
    await service.store.accounts.setKeyDisabled(first.accessKeyId, true);
    for (const { body } of ends) for await (const _part of body ?? []);
    assert.equal((await get('', first)).status, 403);
    await stays.body?.cancel();
  });
});
