import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile as OpenZip } from 'yauzl';
import { ZipFile } from 'yazl';
import { isRecord, type TakenStream } from './snapshot-stream.ts';

/** Of what is written now; others are refused. */
const formatVersion = 1;
const manifestName = 'manifest.json';
/** Longest list of streams that is read, bytes. */
const manifestBytesMax = 16_777_216;

/** What a backup has. */
export interface Manifest {
  readonly version: number;
  /** Milliseconds since the Unix epoch, on the clock of who made it. */
  readonly madeAt: number;
  readonly natsServer: string;
  readonly streams: readonly TakenStream[];
}

/** Writes a backup: a zip file without compression (streams are compressed) with a file for each stream, and the list of them last. Mode 0600. */
export async function writeArchive(
  file: string,
  folder: string,
  about: Pick<Manifest, 'madeAt' | 'natsServer' | 'streams'>,
): Promise<void> {
  const zip = new ZipFile();
  const mtime = new Date(about.madeAt);
  for (const { name } of about.streams) zip.addFile(join(folder, name), name, { compress: false, mtime });
  const manifest: Manifest = { version: formatVersion, ...about };
  zip.addBuffer(Buffer.from(JSON.stringify(manifest, undefined, 2)), manifestName, { mtime });
  zip.end();
  const failed = once(zip, 'error').then(([error]) => Promise.reject(error));
  // Awaited below, by the race.
  failed.catch(() => undefined);
  await Promise.race([
    pipeline(zip.outputStream, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true })),
    failed,
  ]);
}

/** A backup that was opened, and whose list was read. */
export class Archive implements Disposable {
  readonly manifest: Manifest;
  readonly #zip: OpenZip;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: OpenZip, entries: ReadonlyMap<string, Entry>, manifest: Manifest) {
    this.#zip = zip;
    this.#entries = entries;
    this.manifest = manifest;
  }

  /** Throws where the file is no backup, or of another version. */
  static async open(file: string): Promise<Archive> {
    const zip = await promisify((path: string, done: (error: Error | null, zip: OpenZip) => void) =>
      yauzl.open(path, { lazyEntries: false, autoClose: false }, done),
    )(file);
    try {
      const entries = new Map<string, Entry>();
      zip.on('entry', (entry: Entry) => entries.set(entry.fileName, entry));
      await once(zip, 'end');
      const entry = entries.get(manifestName);
      if (entry === undefined || entry.uncompressedSize > manifestBytesMax)
        throw new Error(`${file} is no backup of a cluster: it has no ${manifestName}.`);
      const text = await buffer(await openEntry(zip, entry));
      return new Archive(zip, entries, readManifest(JSON.parse(text.toString('utf8')), file));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** The bytes of a stream. Throws at their end where they are not those that were taken. */
  async *bytesOf({ name, sha256, bytes }: TakenStream): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`The backup does not have the stream ${name} that it lists.`);
    const hash = createHash('sha256');
    let seen = 0;
    for await (const chunk of await openEntry(this.#zip, entry)) {
      if (!(chunk instanceof Uint8Array)) throw new Error(`The stream ${name} of the backup is not made of bytes.`);
      hash.update(chunk);
      seen += chunk.length;
      yield chunk;
    }
    const found = hash.digest('hex');
    if (found !== sha256 || seen !== bytes)
      throw new Error(`The stream ${name} of the backup is damaged: its SHA-256 is ${found}, and was ${sha256}.`);
  }

  /** Reads all of it, and throws where anything is damaged or missing. */
  async verify(): Promise<void> {
    for (const stream of this.manifest.streams)
      for await (const chunk of this.bytesOf(stream)) if (chunk.length === 0) continue;
  }

  [Symbol.dispose](): void {
    this.#zip.close();
  }
}

async function openEntry(zip: OpenZip, entry: Entry): Promise<NodeJS.ReadableStream> {
  const { promise, resolve, reject } = Promise.withResolvers<NodeJS.ReadableStream>();
  zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  return await promise;
}

function readManifest(value: unknown, file: string): Manifest {
  if (!isRecord(value) || typeof value['version'] !== 'number') throw new Error(`${file} is no backup of a cluster.`);
  const { version, madeAt, natsServer, streams } = value;
  if (version !== formatVersion)
    throw new Error(`${file} is a backup of version ${version}; this Heddle reads version ${formatVersion}.`);
  if (typeof madeAt !== 'number' || typeof natsServer !== 'string' || !Array.isArray(streams))
    throw new Error(`${file} does not say what is in it.`);
  return { version, madeAt, natsServer, streams: streams.map((stream: unknown) => readStream(stream, file)) };
}

function readStream(value: unknown, file: string): TakenStream {
  if (isRecord(value)) {
    const { name, config, state, bytes, sha256 } = value;
    // Names of streams have neither dots nor slashes.
    const named = typeof name === 'string' && /^[\w-]{1,255}$/.test(name);
    if (named && isRecord(config) && isRecord(state) && typeof bytes === 'number' && typeof sha256 === 'string')
      return { name, config, state, bytes, sha256 };
  }
  throw new Error(`${file} lists a stream that is none.`);
}
