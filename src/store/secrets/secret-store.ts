import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { secretLimits } from '../../model/secrets/secret-use.ts';
import type { OpenedSecret, SecretFacts } from '../../model/secrets/secret-book.ts';
import { unfinishedPrefix, writeFileAtomic } from '../atomic-file.ts';
import { TooManySecretsError, type NewSecret, type SecretStore } from './contract.ts';
import { keptIn, type KeptSecret } from './kept-secret.ts';
import { seal, unseal } from './seal.ts';

interface Used {
  uses: number;
  usedAt?: number;
}

const keyBytes = 32;

/**
 * Secrets of accounts, in a folder of the home: a file for each account, with every value encrypted by a key that lies beside them, both for the home's owner
 * only. Read when the store is opened; values are decrypted for the moment in which somebody opens one.
 */
export class FileSecretStore implements SecretStore {
  readonly #folder: string;
  readonly #wallMs: () => number;
  readonly #accounts: Map<string, ReadonlyMap<string, KeptSecret>>;
  readonly #used = new Map<string, Used>();
  #key: Uint8Array | undefined;
  /** Changes are written one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

  /** `folder` need not exist. Throws where what is there cannot be read. */
  constructor(folder: string, wallMs: () => number) {
    this.#folder = folder;
    this.#wallMs = wallMs;
    this.#accounts = readAll(folder);
    if (this.#accounts.size > 0) this.#key = readKey(folder);
  }

  open(account: string, name: string): OpenedSecret | undefined {
    const kept = this.#accounts.get(account)?.get(name);
    if (kept === undefined || this.#key === undefined) return undefined;
    const value = unseal(this.#key, sealedAs(account, name, kept.version), kept.sealed);
    return { value, places: kept.places, ...(kept.authority !== undefined && { authority: kept.authority }) };
  }

  used(account: string, name: string, wallMs: number): void {
    const key = `${account} ${name}`;
    const used = this.#used.get(key);
    if (used === undefined) this.#used.set(key, { uses: 1, usedAt: wallMs });
    else [used.uses, used.usedAt] = [used.uses + 1, wallMs];
  }

  list(account: string): readonly SecretFacts[] {
    const all = [...(this.#accounts.get(account) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return all.map(([name, kept]) => this.#facts(account, name, kept));
  }

  find(account: string, name: string): SecretFacts | undefined {
    const kept = this.#accounts.get(account)?.get(name);
    return kept && this.#facts(account, name, kept);
  }

  set(account: string, name: string, secret: NewSecret): Promise<SecretFacts> {
    return this.#inTurn(async () => {
      const all = new Map(this.#accounts.get(account));
      const before = all.get(name);
      if (before === undefined && all.size >= secretLimits.secretsMax)
        throw new TooManySecretsError(`The account ${account} has ${all.size} secrets; more are not kept.`);
      const version = (before?.version ?? 0) + 1;
      const authority = secret.authority ?? before?.authority ?? '';
      const now = this.#wallMs();
      this.#key ??= await this.#ensureKey();
      const kept: KeptSecret = {
        version,
        createdAt: before?.createdAt ?? now,
        changedAt: now,
        places: secret.places ?? before?.places ?? [],
        ...(authority !== '' && { authority }),
        sealed: seal(this.#key, sealedAs(account, name, version), secret.value),
      };
      all.set(name, kept);
      await this.#write(account, all);
      return this.#facts(account, name, kept);
    });
  }

  remove(account: string, name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const all = new Map(this.#accounts.get(account));
      if (!all.delete(name)) return false;
      await this.#write(account, all);
      this.#used.delete(`${account} ${name}`);
      return true;
    });
  }

  removeAll(account: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const name of this.#accounts.get(account)?.keys() ?? []) this.#used.delete(`${account} ${name}`);
      if (this.#accounts.has(account)) await this.#write(account, new Map());
    });
  }

  #facts(account: string, name: string, { version, createdAt, changedAt, places, authority }: KeptSecret): SecretFacts {
    const used = this.#used.get(`${account} ${name}`) ?? { uses: 0 };
    return { name, places, authority: authority !== undefined, version, createdAt, changedAt, ...used };
  }

  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#writing.then(step);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #write(account: string, all: ReadonlyMap<string, KeptSecret>): Promise<void> {
    const path = join(this.#folder, `${account}.json`);
    if (all.size === 0) await rm(path, { force: true });
    else
      await writeFileAtomic(path, [
        Buffer.from(`${JSON.stringify({ secrets: Object.fromEntries(all) }, undefined, 1)}\n`),
      ]);
    if (all.size === 0) this.#accounts.delete(account);
    else this.#accounts.set(account, all);
  }

  async #ensureKey(): Promise<Uint8Array> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, keyFile);
    const there = readdirSync(this.#folder).includes(keyFile);
    if (there) return readKey(this.#folder);
    const key = randomBytes(keyBytes);
    await writeFileAtomic(path, [key]);
    return key;
  }
}

const keyFile = 'key';

function sealedAs(account: string, name: string, version: number): string {
  return `${account} ${name} ${version}`;
}

function readKey(folder: string): Uint8Array {
  const key = readFileSync(join(folder, keyFile));
  if (key.length !== keyBytes)
    throw new Error(
      `${join(folder, keyFile)} has ${key.length} bytes; the key of the secrets beside it has ${keyBytes}.`,
    );
  return key;
}

function readAll(folder: string): Map<string, ReadonlyMap<string, KeptSecret>> {
  const accounts = new Map<string, ReadonlyMap<string, KeptSecret>>();
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  for (const name of names) {
    const account = /^(\d{12})\.json$/.exec(name)?.[1];
    if (account === undefined || name.startsWith(unfinishedPrefix)) continue;
    accounts.set(account, keptIn(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  }
  return accounts;
}
