import { auxiliaryLimits, type AuxiliaryService } from '../../model/auxiliary/auxiliary-service.ts';
import type { DocumentStore } from '../documents-contract.ts';
import { seal, unseal } from '../secrets/seal.ts';
import { serviceIn, settledServices } from './auxiliary-book.ts';
import { TooManyAuxiliariesError, type AuxiliaryBook } from './contract.ts';

const kind = 'auxiliary';
const keyKind = 'attestation-key';
const keyName = 'key';

/** Which auxiliary services there are, as documents of the operator's account, and those of the settings. The key of attestations is encrypted. */
export class DocumentAuxiliaryBook implements AuxiliaryBook {
  readonly #documents: DocumentStore;
  readonly #account: string;
  readonly #sealingKey: Uint8Array;
  readonly #settled: ReadonlyMap<string, AuxiliaryService>;

  /** `account`: the operator's. `sealingKey`: 32 bytes. */
  constructor(
    documents: DocumentStore,
    account: string,
    sealingKey: Uint8Array,
    settled: Readonly<Record<string, string>>,
  ) {
    this.#documents = documents;
    this.#account = account;
    this.#sealingKey = sealingKey;
    this.#settled = settledServices(settled);
  }

  get(name: string): AuxiliaryService | undefined {
    const document = this.#documents.get(this.#account, kind, name);
    return document === undefined ? this.#settled.get(name) : serviceIn(document, 'The store');
  }

  list(): readonly (AuxiliaryService & { readonly kept: boolean })[] {
    const kept = this.#documents
      .list(this.#account, kind)
      .map(({ document }): [string, AuxiliaryService & { readonly kept: boolean }] => {
        const service = { ...serviceIn(document, 'The store'), kept: true };
        return [service.name, service];
      });
    const settled = [...this.#settled].map(([name, service]) => [name, { ...service, kept: false }] as const);
    return [...new Map([...settled, ...kept]).values()];
  }

  async set(service: AuxiliaryService): Promise<void> {
    const count = this.#documents.count(this.#account, kind);
    const isNew = this.#documents.get(this.#account, kind, service.name) === undefined;
    if (isNew && count >= auxiliaryLimits.servicesMax)
      throw new TooManyAuxiliariesError(`There are ${count} auxiliary services; more are not kept.`);
    await this.#documents.put(this.#account, kind, service.name, { ...service });
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#documents.delete(this.#account, kind, name)) !== undefined;
  }

  async key(make: () => Promise<string>): Promise<string> {
    const kept = this.#keptKey();
    if (kept !== undefined) return kept;
    const made = await make();
    try {
      const sealed = seal(this.#sealingKey, keyKind, made);
      await this.#documents.put(this.#account, keyKind, keyName, { sealed });
      return made;
    } catch (error) {
      // Another host's came first, and is everybody's.
      const theirs = this.#keptKey();
      if (theirs === undefined) throw error;
      return theirs;
    }
  }

  #keptKey(): string | undefined {
    const sealed = this.#documents.get(this.#account, keyKind, keyName)?.['sealed'];
    return typeof sealed === 'string' ? unseal(this.#sealingKey, keyKind, sealed) : undefined;
  }
}
