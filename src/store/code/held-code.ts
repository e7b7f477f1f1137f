import { createHash } from 'node:crypto';
import type { CodeBundle } from '../../model/functions/code.ts';
import type { StoredCode } from '../contract.ts';
import { unpackZip } from '../zip/unpack.ts';

/** What is larger is better on disk. Bytes, unpacked. */
const bundleBytesMax = 1_048_576;
/** All of them together. */
const bytesMax = 67_108_864;

interface Held {
  readonly bundle: CodeBundle;
  readonly zip: Uint8Array | undefined;
  holders: number;
}

/**
 * Code that need not outlive this process, in memory: that of threads, whose clients send it again to a service that was started anew. To
 * write it down safely costs more than all the rest of a thread's start.
 */
export class HeldCode {
  readonly #bundles = new Map<string, Held>();
  readonly #keepsZips: boolean;
  #bytes = 0;

  /** `keepsZips`: as they came, for hosts that lack them. */
  constructor(keepsZips: boolean) {
    this.#keepsZips = keepsZips;
  }

  read(sha256: string): CodeBundle | undefined {
    return this.#bundles.get(sha256)?.bundle;
  }

  /** As it came, where that is kept. */
  zip(sha256: string): Uint8Array | undefined {
    return this.#bundles.get(sha256)?.zip;
  }

  /** Keeps it until it is disposed. Gives undefined where it is too large, or there is too much. Throws ZipRefusedError. */
  async put(zip: Uint8Array): Promise<StoredCode | undefined> {
    if (zip.length > bundleBytesMax) return undefined;
    const sha256 = createHash('sha256').update(zip).digest('base64');
    const files = this.read(sha256)?.files ?? (await unpackZip(zip));
    const unpacked = files.reduce((sum, file) => sum + file.data.length, 0);
    const bytes = unpacked + (this.#keepsZips ? zip.length : 0);
    const known = this.#bundles.get(sha256);
    if (known === undefined && (unpacked > bundleBytesMax || this.#bytes + bytes > bytesMax)) return undefined;
    const bundle = { sha256, files, bytes: unpacked };
    const entry: Held = known ?? { bundle, zip: this.#keepsZips ? Uint8Array.from(zip) : undefined, holders: 0 };
    if (known === undefined) this.#bytes += bytes;
    this.#bundles.set(sha256, entry);
    entry.holders += 1;
    let held = true;
    return {
      sha256,
      zipBytes: zip.length,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        entry.holders -= 1;
        if (entry.holders > 0) return;
        this.#bundles.delete(sha256);
        this.#bytes -= bytes;
      },
    };
  }
}
