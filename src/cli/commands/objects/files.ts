import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer, text as readText } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import {
  elementsIn,
  ObjectRefusedError,
  sendObjectRequest,
  unescaped,
  type ObjectRequest,
} from '../../../sdk/objects/object-client.ts';
import { done } from '../../accounts/print-key.ts';
import { connectionOf, launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { formatBytes, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { objectPlace, placeOf, type Place } from './place.ts';

/** `heddle objects ls` */
export async function list(text: string | undefined, command: Command): Promise<void> {
  if (text === undefined) return await listBuckets(command);
  const { bucket, key } = placeOf(text) ?? { bucket: text, key: '' };
  const isRecursive = command.opts()['recursive'] === true;
  const objects: { key: string; bytes: number; modified: string }[] = [];
  const prefixes: string[] = [];
  let token: string | undefined;
  do {
    const more = {
      ...(token !== undefined && { 'continuation-token': token }),
      ...(!isRecursive && { delimiter: '/' }),
    };
    const xml = await asText(command, { method: 'GET', bucket, query: { 'list-type': '2', prefix: key, ...more } });
    for (const each of elementsIn(xml, 'Contents')) {
      const [name = ''] = elementsIn(each, 'Key');
      objects.push({
        key: unescaped(name),
        bytes: Number(elementsIn(each, 'Size')[0]),
        modified: elementsIn(each, 'LastModified')[0] ?? '',
      });
    }
    prefixes.push(...elementsIn(xml, 'CommonPrefixes').map((each) => unescaped(elementsIn(each, 'Prefix')[0] ?? '')));
    const [next] = elementsIn(xml, 'NextContinuationToken');
    token = next === undefined ? undefined : unescaped(next);
  } while (token !== undefined);
  if (wantsJson(command)) return printJson({ objects, prefixes });
  const columns = [{ heading: 'OBJECT' }, { heading: 'SIZE', align: 'right' }, { heading: 'WRITTEN' }] as const;
  const rows = [
    ...prefixes.map((prefix) => [prefix, '', '']),
    ...objects.map((each) => [each.key, formatBytes(each.bytes), each.modified]),
  ];
  if (rows.length === 0)
    return void process.stderr.write(`Nothing there. Put something: ${launcher()} objects cp FILE ${bucket}:KEY\n`);
  process.stdout.write(`${table(columns, rows)}\n`);
}

async function listBuckets(command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('GET', '/objects'));
  if (wantsJson(command)) return printJson(answer);
  const buckets = answer.list('buckets');
  if (buckets.length === 0)
    return void process.stderr.write(`No buckets yet. Make one: ${launcher()} objects mb photos\n`);
  const columns = [
    { heading: 'BUCKET' },
    { heading: 'OBJECTS', align: 'right' },
    { heading: 'SIZE', align: 'right' },
  ] as const;
  const rows = buckets.map((bucket) => [
    paint('bold', bucket.text('name')),
    bucket.number('objects').toLocaleString('en-US'),
    formatBytes(bucket.number('bytes')),
  ]);
  process.stdout.write(`${table(columns, rows)}\n`);
}

/** `heddle objects mb` */
export async function makeBucket(bucket: string, command: Command): Promise<void> {
  await asText(command, { method: 'PUT', bucket });
  said(command, `Made ${bucket}.`, { bucket });
}

/** `heddle objects rb` */
export async function removeBucket(bucket: string, command: Command): Promise<void> {
  await asText(command, { method: 'DELETE', bucket });
  said(command, `Removed ${bucket}.`, { bucket });
}

/** `heddle objects rm` */
export async function remove(places: readonly string[], command: Command): Promise<void> {
  for (const place of places) await asText(command, { method: 'DELETE', ...objectPlace(place) });
  said(command, `Removed ${places.length === 1 ? places[0] : `${places.length} objects`}.`, { removed: places });
}

/** `heddle objects cp` */
export async function copy(from: string, to: string, command: Command): Promise<void> {
  const [source, target] = [placeOf(from), placeOf(to)];
  if ((source === undefined) === (target === undefined))
    throw new CliError('One of the two is BUCKET:KEY, and the other a file or "-".', exitCodes.usage);
  const bytes =
    source === undefined
      ? await put(from, withName(target ?? { bucket: '', key: '' }, from), command)
      : await get(objectPlace(from), to, command);
  if (to !== '-') said(command, `Copied ${formatBytes(bytes)} to ${to}.`, { from, to, bytes });
}

function withName({ bucket, key }: Place, from: string): Place {
  return { bucket, key: key === '' || key.endsWith('/') ? `${key}${basename(from)}` : key };
}

async function put(from: string, place: Place, command: Command): Promise<number> {
  const type = textFlag(command, 'type');
  const headers = type === undefined ? {} : { 'content-type': type };
  const standard = from === '-' ? await buffer(process.stdin) : undefined;
  const bytes = standard?.length ?? (await sizeOf(from));
  const stream = standard === undefined ? createReadStream(from) : Readable.from([standard]);
  await asText(command, { method: 'PUT', ...place, headers, body: { stream, bytes } });
  return bytes;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new CliError(`${path} cannot be read.`, exitCodes.usage, { cause });
  }
}

/** Half a file is none: it has its name when all of it is there. */
async function get(place: Place, to: string, command: Command): Promise<number> {
  const answer = await asked(command, { method: 'GET', ...place });
  if (to === '-') {
    await pipeline(answer, process.stdout);
    return 0;
  }
  const unfinished = `${to}.unfinished`;
  try {
    const file = createWriteStream(unfinished);
    await pipeline(answer, file);
    await rename(unfinished, to);
    return file.bytesWritten;
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new CliError(
      `${place.bucket}:${place.key} did not come whole, so that ${to} is as it was.`,
      exitCodes.refused,
      { cause },
    );
  }
}

async function asked(command: Command, request: ObjectRequest): ReturnType<typeof sendObjectRequest> {
  try {
    return await sendObjectRequest(connectionOf(command), request);
  } catch (error) {
    if (error instanceof ObjectRefusedError) throw new CliError(error.message, exitCodes.refused, { cause: error });
    throw error;
  }
}

async function asText(command: Command, request: ObjectRequest): Promise<string> {
  return await readText(await asked(command, request));
}

function said(command: Command, words: string, json: object): void {
  if (wantsJson(command)) printJson(json);
  else done(words);
}
