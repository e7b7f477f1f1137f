import { appendFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEntry } from './contract.ts';

/** One function's log: `new.ndjson`, and `old.ndjson` that it became when it was full. */
export class LogFile {
  readonly #folder: string;
  readonly #bytesMax: number;
  #bytes: number | undefined;

  /** `bytesMax`: of each of the two files. */
  constructor(folder: string, bytesMax: number) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    const lines = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    if (this.#bytes === undefined) {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      this.#bytes = await size(this.#path('new'));
    }
    if (this.#bytes > 0 && this.#bytes + lines.length > this.#bytesMax) {
      await rename(this.#path('new'), this.#path('old'));
      this.#bytes = 0;
    }
    await appendFile(this.#path('new'), lines, { mode: 0o600 });
    this.#bytes += lines.length;
  }

  /** Oldest first. A line that a crash cut short is left out. */
  async read(): Promise<readonly LogEntry[]> {
    const texts = await Promise.all([text(this.#path('old')), text(this.#path('new'))]);
    return texts.join('').split('\n').flatMap(entryIn);
  }

  async remove(): Promise<void> {
    this.#bytes = undefined;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #path(which: 'new' | 'old'): string {
    return join(this.#folder, `${which}.ndjson`);
  }
}

async function size(path: string): Promise<number> {
  return await stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

async function text(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

function entryIn(line: string): readonly LogEntry[] {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? [entry] : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is LogEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    typeof value.seq === 'number' &&
    'wallMs' in value &&
    typeof value.wallMs === 'number' &&
    'requestId' in value &&
    typeof value.requestId === 'string' &&
    'text' in value &&
    typeof value.text === 'string'
  );
}
