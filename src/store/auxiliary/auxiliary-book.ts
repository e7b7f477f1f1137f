import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auxiliaryLimits, type AuxiliaryService } from '../../model/auxiliary/auxiliary-service.ts';
import { writeFileAtomic } from '../atomic-file.ts';
import { TooManyAuxiliariesError, type AuxiliaryBook } from './contract.ts';

/** Which auxiliary services there are: those of the settings, and those that were set while the service ran, which are kept in the home. */
export class FileAuxiliaryBook implements AuxiliaryBook {
  readonly #path: string;
  readonly #keyPath: string;
  readonly #settled: ReadonlyMap<string, AuxiliaryService>;
  #kept: ReadonlyMap<string, AuxiliaryService>;
  #writing: Promise<unknown> = Promise.resolve();

  /** Throws where what is kept cannot be read. */
  constructor(home: string, settled: Readonly<Record<string, string>>) {
    this.#path = join(home, 'auxiliary.json');
    this.#keyPath = join(home, 'attestation-key.json');
    this.#settled = settledServices(settled);
    this.#kept = existsSync(this.#path) ? keptIn(this.#path) : new Map();
  }

  /** One that was set wins over a setting. */
  get(name: string): AuxiliaryService | undefined {
    return this.#kept.get(name) ?? this.#settled.get(name);
  }

  list(): readonly (AuxiliaryService & { readonly kept: boolean })[] {
    const all = new Map([...this.#settled, ...this.#kept]);
    return [...all.values()].map((each) => ({ ...each, kept: this.#kept.has(each.name) }));
  }

  set(service: AuxiliaryService): Promise<void> {
    return this.#inTurn(async () => {
      const all = new Map(this.#kept).set(service.name, service);
      if (all.size > auxiliaryLimits.servicesMax)
        throw new TooManyAuxiliariesError(`There are ${this.#kept.size} auxiliary services; more are not kept.`);
      await this.#write(all);
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const all = new Map(this.#kept);
      if (!all.delete(name)) return false;
      await this.#write(all);
      return true;
    });
  }

  key(make: () => Promise<string>): Promise<string> {
    return this.#inTurn(async () => {
      if (existsSync(this.#keyPath)) return readFileSync(this.#keyPath, 'utf8');
      const key = await make();
      await writeFileAtomic(this.#keyPath, [Buffer.from(key)]);
      return key;
    });
  }

  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#writing.then(step);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #write(all: ReadonlyMap<string, AuxiliaryService>): Promise<void> {
    const text = JSON.stringify({ services: [...all.values()] }, undefined, 1);
    await writeFileAtomic(this.#path, [Buffer.from(`${text}\n`)]);
    this.#kept = all;
  }
}

/** Those that the settings name. */
export function settledServices(settled: Readonly<Record<string, string>>): ReadonlyMap<string, AuxiliaryService> {
  const all = Object.entries(settled).map(([name, url]): [string, AuxiliaryService] => [
    name,
    { name, url, accounts: [], functions: [], timeoutMs: auxiliaryLimits.timeoutMs },
  ]);
  return new Map(all);
}

function keptIn(path: string): ReadonlyMap<string, AuxiliaryService> {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const services: unknown =
    typeof content === 'object' && content !== null && 'services' in content ? content.services : [];
  if (!Array.isArray(services)) throw new Error(`${path} has no list of services.`);
  const all = services.map((each: unknown) => serviceIn(each, path));
  return new Map(all.map((service) => [service.name, service]));
}

/** Reads one back; `path` says where it was. Throws where it is none. */
export function serviceIn(value: unknown, path: string): AuxiliaryService {
  const fields: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { name, url, accounts, functions, timeoutMs } = fields;
  const isTexts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((each) => typeof each === 'string');
  if (
    typeof name !== 'string' ||
    typeof url !== 'string' ||
    !isTexts(accounts) ||
    !isTexts(functions) ||
    typeof timeoutMs !== 'number'
  )
    throw new Error(`${path} has a service that is none: ${JSON.stringify(value).slice(0, 200)}`);
  return { name, url, accounts, functions, timeoutMs };
}
