import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ProtocolError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';
import { CodeMissingError, type CodeStore, type StoredCode } from '../../store/contract.ts';
import type { HostId, Peers, PeerStream } from '../contract.ts';
import { fieldsOf, textIn, wrong } from '../fields.ts';

/** By what another host's code is read: a conversation that brings the zip, in parts. */
const codeMethod = 'code.read';
const partBytes = 262_144; // 256 KiB
/** Codes that are known to be here, and of those that came from others, kept. */
const knownMax = 1_024;

/** Gives other hosts the zips that this one has. */
export function serveCode(peers: Pick<Peers, 'accept'>, codeStore: Pick<CodeStore, 'zipFile' | 'heldZip'>): void {
  peers.accept(codeMethod, (stream, opening) => {
    const sha256 = textIn(fieldsOf(opening), 'sha256');
    if (!isSha256(sha256)) throw wrong('sha256', 'a SHA-256 in base64', sha256);
    sendZip(stream, codeStore, sha256).then(
      () => stream.end(),
      (error: unknown) => stream.end(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

async function sendZip(
  stream: PeerStream,
  codeStore: Pick<CodeStore, 'zipFile' | 'heldZip'>,
  sha256: string,
): Promise<void> {
  // What clients' threads are made of is in no file.
  const held = codeStore.heldZip?.(sha256);
  if (held !== undefined) return await sendParts(stream, partsOf(held));
  const { path } = await codeStore.zipFile(sha256);
  const left = new AbortController();
  void stream.ended.then(() => left.abort());
  const parts: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: partBytes, signal: left.signal });
  await sendParts(stream, parts);
}

async function sendParts(stream: PeerStream, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of parts) if (!stream.send(part)) await stream.drained();
}

function* partsOf(zip: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < zip.length; at += partBytes) yield zip.subarray(at, at + partBytes);
}

/** Reads a zip from another host. Rejects with CodeMissingError where that has none, and with PeerLostError. */
export async function readCode(peers: Pick<Peers, 'open'>, host: HostId, sha256: string): Promise<Buffer> {
  const stream = peers.open(host, codeMethod, { sha256 });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  stream.onMessage = (part) => {
    bytes += part.length;
    if (bytes > limits.codeZipBytesMax)
      throw new ProtocolError(`Host ${host} sends code of more than ${limits.codeZipBytesMax} bytes.`);
    parts.push(part);
  };
  const error = await stream.ended;
  if (error !== undefined) throw error;
  const zip = Buffer.concat(parts, bytes);
  if (createHash('sha256').update(zip).digest('base64') !== sha256)
    throw new ProtocolError(`Host ${host} sent other code than ${sha256}.`);
  return zip;
}

/** Code that is here, or on its way. */
interface Known {
  readonly settled: Promise<StoredCode | undefined>;
  here: boolean;
}

/** Sees to it that the code is here of what other hosts have run here: what is missing is fetched from them, once. */
export class CodeOfOthers {
  readonly #peers: Pick<Peers, 'open'>;
  readonly #local: CodeStore;
  readonly #cluster: Pick<CodeStore, 'zipFile'>;
  /** By content: what was here, or was fetched and is kept as long as it stands here. */
  readonly #known = new Map<string, Known>();

  /** `local`: what is on this host's disk. `cluster`: what the whole cluster has. */
  constructor(peers: Pick<Peers, 'open'>, local: CodeStore, cluster: Pick<CodeStore, 'zipFile'>) {
    this.#peers = peers;
    this.#local = local;
    this.#cluster = cluster;
  }

  /** Gives a promise only where something has to be waited for. Rejects where it is not to be had. */
  ensure({ codeSha256, layers = [] }: FunctionVersion, from: HostId): Promise<unknown> | undefined {
    if (layers.length === 0 && this.#known.get(codeSha256)?.here === true) return undefined;
    const all = [codeSha256, ...layers.map(({ sha256 }) => sha256)];
    const known = all.map((sha256) => this.#known.get(sha256) ?? this.#look(sha256, from));
    return known.every(({ here }) => here) ? undefined : Promise.all(known.map(({ settled }) => settled));
  }

  #look(sha256: string, from: HostId): Known {
    const known: Known = { settled: this.#find(sha256, from), here: false };
    this.#known.set(sha256, known);
    known.settled.then(
      () => (known.here = true),
      // Asked for again, it may be there.
      () => this.#known.get(sha256) === known && this.#known.delete(sha256),
    );
    this.#forgetOldest();
    return known;
  }

  #forgetOldest(): void {
    for (const [oldest, { settled }] of this.#known) {
      if (this.#known.size <= knownMax) return;
      this.#known.delete(oldest);
      settled.then(
        (code) => code?.[Symbol.dispose](),
        () => undefined,
      );
    }
  }

  async #find(sha256: string, from: HostId): Promise<StoredCode | undefined> {
    const isHere = this.#local.zipFile(sha256).then(() => true, missing);
    if (await isHere) return undefined;
    // Whoever has it run has it as a rule: of a thread, nobody else may.
    const zip = await readCode(this.#peers, from, sha256).catch(missing);
    if (zip !== false) return this.#local.hold(zip);
    await this.#cluster.zipFile(sha256);
    return undefined;
  }
}

/** It becomes a file's name. */
function isSha256(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}

function missing(error: unknown): false {
  if (error instanceof CodeMissingError) return false;
  throw error;
}
