import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../src/cli/bootstrap/missing.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import type { page as Cases } from './fixtures/page.ts';
import { servePage, type PageSite } from './page-site.ts';
import { placeOf } from './harness.ts';

const program = findProgram('chromium', process.env['PATH'] ?? '');
const noDriver = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';
const skip = program === undefined ? 'Chromium is not installed (apt-get install chromium)' : noDriver;

/** A name that leads to this machine, from which a page is no secure context: `localhost` is one. */
const otherName = 'page.example';
const flags = [
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update',
  '--disable-sync',
].flatMap((some) => some.split(' '));

describe('threads of a page in Chromium', { skip }, () => {
  let service: RunningService;
  let site: PageSite;
  let browser: Browser;
  let page: Page;
  let credentials: { accessKeyId: string; secretAccessKey: string };

  before(async () => {
    service = await startHeddle(await newHome(), '--driver', 'host', '--warm', 'nodejs24.x-256=1');
    const keys = parseIni(await readFile(join(service.home, 'credentials'), 'utf8')).get('heddle');
    credentials = {
      accessKeyId: keys?.get('aws_access_key_id') ?? '',
      secretAccessKey: keys?.get('aws_secret_access_key') ?? '',
    };
    site = await servePage();
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: [...flags, `--host-resolver-rules=MAP ${otherName} 127.0.0.1`],
    });
    page = await openPage();
  });
  after(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });

  /** A page that uses the service, unless it is told to do otherwise. */
  async function openPage(host = '127.0.0.1', connects = true): Promise<Page> {
    const opened = await (await browser.newContext()).newPage();
    await opened.goto(`http://${host}:${site.port}/`);
    await opened.waitForFunction('globalThis.page !== undefined');
    if (connects) assert.equal(await run('connect', [{ url: service.url, credentials }], opened), 'connected');
    return opened;
  }

  /** Calls one of the page's functions. */
  async function run<Name extends keyof typeof Cases>(
    name: Name,
    args: Parameters<(typeof Cases)[Name]> | readonly [] = [],
    where: Page = page,
  ): Promise<Awaited<ReturnType<(typeof Cases)[Name]>>> {
    return await where.evaluate(`page.${name}(...${JSON.stringify(args)})`);
  }

  test('a function is spawned, and tells how it started', async () => {
    const [sum, path] = await run('spawn');
    assert.equal(sum, 42);
    assert.match(String(path), /^(reused-container|new-container|warm-instance|cold-instance)$/);
    assert.deepEqual(await run('spawnUses'), ['object', '/']);
  });

  test('a function that captures or imports something is refused, with what and why', async () => {
    const captures = Object(await run('spawnCaptures'));
    assert.equal(captures.name, 'CapturedVariableError');
    assert.match(
      captures.message,
      /captures `outside` at line 1, .* started at http:\/\/127\.0\.0\.1:\d+\/page\.js:\d+:\d+\. /,
    );
    const imports = Object(await run('spawnImports'));
    assert.equal(imports.name, 'CodeError');
    assert.match(imports.message, /imports \.\/work\.js, and there is no bundler here/);
    assert.ok(captures.known && imports.known);
  });

  test('exports of a bundled module are called', async () => {
    assert.deepEqual(await run('calls'), [3, 7, 'blue']);
    assert.equal(await run('remoteInline'), 3);
  });

  test('what is no bundle is refused, with what to do', async () => {
    const messages = {
      remoteUnbundled: /\/unbundled\.js imports \.\/work\.js, .* --conditions=heddle-thread/,
      remoteMissing: /\/nothing\.js could not be fetched .*: 404/,
      remoteWithFiles: /no files that could come along/,
    };
    for (const [name, message] of Object.entries(messages) as [keyof typeof messages, RegExp][]) {
      const error = Object(await run(name));
      assert.ok(error.name === 'CodeError' && message.test(error.message), error.message);
    }
  });

  test('map gives results in order or as they come, and a generator streams', async () => {
    const { ordered, unordered, failures, streamed } = await run('maps');
    assert.deepEqual(ordered, [0, 1, 2, 3, 4]);
    assert.deepEqual(unordered.toSorted(), ordered);
    assert.equal(unordered.at(-1), 0, 'the slowest comes last');
    assert.deepEqual(failures, [0, 'RangeError', 2, 'RangeError', 4]);
    assert.deepEqual(
      streamed,
      Array.from({ length: 50 }, (_, n) => n),
    );
  });

  test('values keep their kind both ways', async () => {
    assert.deepEqual(await run('values'), []);
  });

  test('20 MB go both ways', async (t) => {
    const { ms, same } = await run('large', [20_000_000]);
    assert.ok(same);
    t.diagnostic(`${ms.toFixed(0)} ms`);
  });

  test('what cannot be cloned is refused at once', async () => {
    assert.deepEqual(await run('refusals'), Array(7).fill('DataCloneError'));
  });

  test('what a thread throws comes with its name, its lines, and what it printed', async () => {
    const { remoteStack, ...error } = Object(await run('fails'));
    assert.deepEqual(error, {
      name: 'RemoteError',
      kind: 'throw',
      message: 'no such point: 1, 2',
      remoteName: 'RangeError',
      logTail: 'before it fails\n',
      attempt: 1,
    });
    const [, line] = /:(\d+):$/.exec(placeOf('throws here')) ?? [];
    assert.match(remoteStack, new RegExp(`http://127\\.0\\.0\\.1:${site.port}/work\\.ts:${line}:`));
    const spawned = Object(await run('spawnFails'));
    assert.deepEqual([spawned.remoteName, spawned.message], ['TypeError', 'from the thread']);
    assert.match(spawned.remoteStack, /at breaks \(.*page\.js/);
  });

  test('messages go both ways through the port, in the manner of Node and in that of pages', async () => {
    const { result, got, detached } = await run('posts');
    assert.equal(result, 'done');
    assert.equal(got.length, 4);
    assert.match(String(got[1]), /\[object Map\] number 1, bigint 2, string 1, the 1th/);
    assert.equal(got[3], 'string last words');
    assert.equal(detached, true);
    assert.deepEqual(await run('postsAsInPages'), ['waiting', 'posted']);
  });

  test('a port that is closed at one end closes at the other, after what was posted before', async () => {
    assert.deepEqual(await run('closesPorts'), [[1], ['last words']]);
  });

  test('a cancel kills an endless loop', async () => {
    assert.deepEqual(await run('cancels'), [true, 'cancelled']);
  });

  test('a detached thread is found again after the page was loaded anew', async () => {
    const own = await openPage();
    const id = await run('detaches', [], own);
    await own.reload();
    await own.waitForFunction('globalThis.page !== undefined');
    await run('connect', [{ url: service.url, credentials }], own);
    assert.equal(await run('attaches', [id], own), 'after the reload');
    await own.context().close();
  });

  test('a connection that is cut again and again loses no thread, and doubles none', async () => {
    await using proxy = await cuttingProxy(service.url);
    const own = await openPage('127.0.0.1', false);
    let cuts = 0;
    await own.exposeFunction('cut', () => (cuts += proxy.cut()));
    assert.equal(await run('connect', [{ url: proxy.url, credentials }], own), 'connected');
    const { got, sums, bytes } = await run('cutOff', ['cut'], own);
    assert.deepEqual(
      got,
      Array.from({ length: 300 }, (_, n) => n),
    );
    assert.deepEqual(
      sums,
      Array.from({ length: 40 }, (_, n) => 2 * n),
    );
    assert.equal(bytes, 3_000_000);
    assert.ok(cuts >= 3 && proxy.connections > cuts, `${cuts} cuts, ${proxy.connections} connections`);
    await own.context().close();
  });

  test('a connection that has gone silent is given up, and the session goes on with another one', async () => {
    await using proxy = await cuttingProxy(service.url);
    const own = await openPage('127.0.0.1', false);
    await own.exposeFunction('freeze', () => proxy.freeze());
    assert.equal(await run('connect', [{ url: proxy.url, credentials }], own), 'connected');
    assert.equal(await run('intoSilence', ['freeze'], own), 'said into the silence');
    assert.equal(proxy.connections, 2);
    await own.context().close();
  });

  test('pages share counters and locks, which are given back when one goes', async () => {
    assert.deepEqual(await run('counts', ['page-counter']), ['40', '40']);
    const other = await openPage();
    assert.equal(await run('tryLock', ['page-lock'], other), true);
    assert.equal(await run('tryLock', ['page-lock']), false);
    const locked = run('lock', ['page-lock']);
    await run('shutdown', [], other);
    await locked;
    await run('unlock');
    await other.context().close();
  });

  test('what a thread prints is in the console, marked with its name', async () => {
    const lines: string[] = [];
    const listen = (message: { text(): string }): void => void lines.push(message.text());
    page.on('console', listen);
    await run('prints');
    page.off('console', listen);
    assert.deepEqual(lines, ['[printer] one line', '[printer] another']);
  });

  test('a page that came by plain HTTP from elsewhere, where there is no Web Crypto, does so too', async () => {
    const own = await openPage(otherName);
    assert.equal(await run('isSecure', [], own), false);
    assert.equal((await run('spawn', [], own))[0], 42);
    assert.deepEqual(await run('calls', [], own), [3, 7, 'blue']);
    await own.context().close();
  });

  test('a page without a service, with a wrong key, and where nobody answers is told so', async () => {
    const own = await openPage('127.0.0.1', false);
    const message = async (
      name: 'connect' | 'spawnFails',
      args: Parameters<typeof Cases.connect> | [],
    ): Promise<string> => String(Object(await run(name, args, own)).message);
    assert.match(await message('spawnFails', []), /No service is known.* connect\(/);
    const wrong = { ...credentials, secretAccessKey: 'wrong' };
    assert.match(
      await message('connect', [{ url: service.url, credentials: wrong }]),
      /^The service at http:.* refused: 403 The request signature .* does not match/,
    );
    const stranger = { ...credentials, accessKeyId: 'AKIANOBODY' };
    assert.match(
      await message('connect', [{ url: service.url, credentials: stranger }]),
      /refused: 403 The security token/,
    );
    const silent = { url: 'http://127.0.0.1:9', credentials };
    assert.match(await message('connect', [silent]), /^No Heddle service answers at http:\/\/127\.0\.0\.1:9\/\.$/);
    assert.match(await message('connect', [{ url: 'ftp://a', credentials }]), /^A service is at an address such as/);
    await own.context().close();
  });
});
