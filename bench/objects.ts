import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathModule } from '../src/sdk/objects/path-handler.ts';
import { sendObjectRequest, type ObjectRequest } from '../src/sdk/objects/object-client.ts';
import type { Row } from './row.ts';
import { deployFiles } from './service/functions.ts';
import { startService, type BenchService } from './service/service.ts';
import { credentialsIn, region } from './service/sign.ts';
import { median } from './statistics.ts';

const mb = 1_000_000;
const part = Buffer.alloc(mb, 'x');
const rounds = 3;
const smalls = 200;

/** An object by itself and through a function that gives what it gets, in turns; and what that costs the service in memory. */
export const objectsRow: Row = {
  name: 'objects',
  about: 'reading and writing an object, beside the same through a function',
  run: async function* ({ builds: [build], driver, full, note }) {
    if (build === undefined) return;
    const megabytes = full ? 1_000 : 300;
    await using service = await startService({ build, driver });
    const send = await sender(service);
    await send({ method: 'PUT', bucket: 'bench' });
    const putMs = await took(async () => {
      const body = { stream: Readable.from(parts(megabytes)), bytes: megabytes * mb };
      (await send({ method: 'PUT', bucket: 'bench', key: 'large', body })).resume();
    });
    yield { what: `PUT of ${megabytes} MB`, unit: 'MB/s', values: { heddle: megabytes / (putMs / 1_000) } };
    const code = 'export default async function* ({ body }) { yield* body; }\n';
    await deployFiles(service, 'same', { 'index.mjs': pathModule('./code.mjs'), 'code.mjs': code });
    await service.call(
      'PUT',
      '/heddle/v1/access-points/same',
      JSON.stringify({ bucket: 'bench', path: { get: ['same'] } }),
    );
    const read = async (bucket: string): Promise<number> => {
      const ms = await took(async () => {
        let bytes = 0;
        for await (const each of await send({ method: 'GET', bucket, key: 'large' })) bytes += each.length;
        if (bytes !== megabytes * mb) throw new Error(`${bytes} bytes came of ${megabytes * mb}.`);
      });
      return megabytes / (ms / 1_000);
    };
    await read('bench');
    const before = await peakMb(service.pid);
    await read('same');
    const seen: { plain: number; through: number }[] = [];
    for (let round = 0; round < rounds; round += 1)
      seen.push({ plain: await read('bench'), through: await read('same') });
    const [plain, through] = [median(seen.map((one) => one.plain)), median(seen.map((one) => one.through))];
    yield { what: 'GET', unit: 'MB/s', values: { heddle: plain } };
    yield {
      what: 'GET through a function',
      unit: 'MB/s',
      values: { heddle: through, 'of the plain GET': through / plain },
    };
    yield {
      what: 'memory of the service, peak of all that, above one plain GET',
      unit: 'MB',
      values: { heddle: (await peakMb(service.pid)) - before },
    };
    const small = await took(async () => {
      for (let count = 0; count < smalls; count += 1) {
        const body = { stream: Readable.from([part.subarray(0, 1_000)]), bytes: 1_000 };
        (await send({ method: 'PUT', bucket: 'bench', key: `small-${count}`, body })).resume();
      }
    });
    yield { what: 'PUT of 1 kB, one after the other', unit: 'ms', values: { heddle: small / smalls } };
    note(
      `Medians of ${rounds} rounds of ${megabytes} MB, in which both take turns; the client is this process, on the same processors.`,
    );
  },
};

async function sender(
  service: BenchService,
): Promise<(request: ObjectRequest) => ReturnType<typeof sendObjectRequest>> {
  const credentialsFile = join(service.home, 'credentials');
  const { accessKeyId, secretAccessKey } = await credentialsIn(credentialsFile);
  const connection = { url: `http://127.0.0.1:${service.port}`, accessKeyId, secretAccessKey, region, credentialsFile };
  return (request) => sendObjectRequest(connection, request);
}

function* parts(count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield part;
}

async function took(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024) / mb;
}
