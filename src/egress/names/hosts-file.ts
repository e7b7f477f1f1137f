import { readFile, stat } from 'node:fs/promises';
import { plainAddress } from '../policy/addresses.ts';

/** How long the file is believed unchanged, ms. */
const believedMs = 1_000;

/** Names that this machine's `/etc/hosts` (hosts(5)) gives addresses to. */
export class HostsFile {
  readonly #path: string;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #version = '';
  #names: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** None where the file does not have the name, or is not there. */
  async addressesOf(name: string): Promise<readonly string[]> {
    if (this.#now() - this.#lookedAt > believedMs) await this.#look();
    return this.#names.get(name) ?? [];
  }

  async #look(): Promise<void> {
    this.#lookedAt = this.#now();
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      this.#names = parseHosts(await readFile(this.#path, 'utf8'));
      this.#version = version;
    } catch {
      // A machine without the file has no such names.
      this.#names = new Map();
      this.#version = '';
    }
  }
}

/** Addresses by name, in lower case. */
export function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [first = '', ...rest] = line.replace(/#.*/, '').trim().split(/\s+/);
    const address = plainAddress(first);
    if (address === undefined) continue;
    for (const name of rest.map((word) => word.toLowerCase().replace(/\.$/, '')))
      names.set(name, [...new Set([...(names.get(name) ?? []), address])]);
  }
  return names;
}
