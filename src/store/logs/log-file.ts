import { appendFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEntry } from './contract.ts';

/** A file's time may be a moment before that of an entry which lies in it. */
const clocksDifferMs = 10_000;

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

  /** Those since then, oldest first. A line that a crash cut short is left out. */
  async read(sinceWallMs: number): Promise<readonly LogEntry[]> {
    const texts = await Promise.all([text(this.#path('old'), sinceWallMs), text(this.#path('new'), sinceWallMs)]);
    const isDue = ({ wallMs }: LogEntry): boolean => wallMs >= sinceWallMs;
    // Most lines are older where somebody asks again and again: reading their time is much cheaper than all of them.
    return texts
      .join('')
      .split('\n')
      .filter((line) => !(timeOf(line) < sinceWallMs))
      .flatMap(entryIn)
      .filter(isDue);
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

/** '' where there is no such file, or it was written to for the last time before then. */
async function text(path: string, sinceWallMs: number): Promise<string> {
  try {
    if (sinceWallMs > 0 && (await stat(path)).mtimeMs < sinceWallMs - clocksDifferMs) return '';
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

/** Not a number where it is not where we write it. */
function timeOf(line: string): number {
  return Number(/^\{"seq":\d+,"wallMs":(\d+)/.exec(line)?.[1] ?? Number.NaN);
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
