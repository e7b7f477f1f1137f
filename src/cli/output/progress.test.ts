import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { downloadedShare } from '../../image/debian.ts';
import { SignedHttp } from '../../sdk/signed-http.ts';
import { isLive, Progress } from './progress.ts';

/** A stream that says whether it is a terminal, and what it was given. */
function streamOf(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const stream = Object.assign(Object.create(WriteStream.prototype), { isTTY, columns: 60 });
  let text = '';
  stream.write = (part: string): boolean => {
    text += part;
    return true;
  };
  return { stream, text: () => text };
}

test('nothing moves in pipes and in CI, and what is fleeting is not there at all', () => {
  const { stream, text } = streamOf(true);
  assert.equal(isLive(stream, {}), true);
  for (const environment of [{ CI: 'true' }, { TERM: 'dumb' }]) assert.equal(isLive(stream, environment), false);
  const pipe = streamOf(false);
  assert.equal(isLive(pipe.stream, {}), false);
  for (const [given, environment] of [
    [stream, { CI: '1' }],
    [pipe.stream, {}],
  ] as const) {
    using fleeting = new Progress({ stream: given, environment, fleeting: true });
    fleeting.step('Sending hello');
    fleeting.bytes(1, 2);
    using lasting = new Progress({ stream: given, environment });
    lasting.step('Building');
    lasting.report('Building', 0.5);
  }
  assert.deepEqual([text(), pipe.text()], ['Building\n', 'Building\n']);
});

test('on a terminal a step has a bar once it is known how far it is, and fleeting steps leave nothing', async () => {
  const { stream, text } = streamOf(true);
  const progress = new Progress({ stream, environment: {}, fleeting: true });
  progress.step('Sending hello');
  progress.bytes(1_500_000, 3_000_000);
  while (!text().includes('1.5 MB of 3.0 MB')) await once(AbortSignal.timeout(20), 'abort');
  assert.match(stripVTControlCharacters(text()), /Sending hello █{14}░{14} 1\.5 MB of 3\.0 MB/);
  progress[Symbol.dispose]();
  assert.ok(text().endsWith('\r\u001B[2K'));
});

test('how far a download of packages is, is read from what apt says', () => {
  assert.equal(downloadedShare('dlstatus:5:25.0000:Retrieving file 5 of 34'), 0.25);
  for (const line of ['', 'Get:1 http://x dlstatus:5:1:', 'pmstatus:x:50:y'])
    assert.equal(downloadedShare(line), undefined);
});

test('how far a request is, is told until all of it is on its way, and it arrives whole', async () => {
  const body = Buffer.alloc(3_000_000, 'x');
  const server = createServer((request, response) => {
    void buffer(request.pipe(new PassThrough())).then((got) => response.end(String(got.equals(body))));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${Object(server.address()).port}`;
  using http = new SignedHttp({ url, region: 'r', accessKeyId: 'a', secretAccessKey: 's', credentialsFile: '' });
  const told: number[] = [];
  const answer = await http.send({ method: 'POST', path: '/', body, onSent: (bytes) => told.push(bytes) });
  assert.equal((await buffer(answer)).toString(), 'true');
  assert.deepEqual([told.at(0), told.at(-1)], [0, body.length]);
  assert.deepEqual(
    told,
    told.toSorted((one, other) => one - other),
  );
  server.close();
});
