import { secretLimits } from '../../model/secrets/secret-use.ts';
import type { OpenedSecret, SecretFacts } from '../../model/secrets/secret-book.ts';
import type { AccountDocument, DocumentStore } from '../documents-contract.ts';
import { TooManySecretsError, type NewSecret, type SecretStore } from './contract.ts';
import { keptIn, type KeptSecret } from './kept-secret.ts';
import { seal, unseal } from './seal.ts';

const kind = 'secret';

/**
 * Secrets of accounts as documents of theirs, each value encrypted by a key that is not among them: so they can lie where others read. How often one was used is
 * counted where it was used.
 */
export class DocumentSecretStore implements SecretStore {
  readonly #documents: DocumentStore;
  readonly #key: Uint8Array;
  readonly #wallMs: () => number;
  readonly #used = new Map<string, { readonly uses: number; readonly usedAt?: number }>();

  /** `key`: 32 bytes. */
  constructor(documents: DocumentStore, key: Uint8Array, wallMs: () => number) {
    this.#documents = documents;
    this.#key = key;
    this.#wallMs = wallMs;
  }

  open(account: string, name: string): OpenedSecret | undefined {
    const kept = this.#kept(account, name);
    if (kept === undefined) return undefined;
    const value = unseal(this.#key, sealedAs(account, name, kept.version), kept.sealed);
    return { value, places: kept.places, ...(kept.authority !== undefined && { authority: kept.authority }) };
  }

  used(account: string, name: string, wallMs: number): void {
    const key = `${account} ${name}`;
    this.#used.set(key, { uses: (this.#used.get(key)?.uses ?? 0) + 1, usedAt: wallMs });
  }

  list(account: string): readonly SecretFacts[] {
    return this.#documents.list(account, kind).flatMap(({ name }) => this.find(account, name) ?? []);
  }

  find(account: string, name: string): SecretFacts | undefined {
    const kept = this.#kept(account, name);
    return kept && this.#facts(account, name, kept);
  }

  async set(account: string, name: string, secret: NewSecret): Promise<SecretFacts> {
    const before = this.#kept(account, name);
    const count = this.#documents.count(account, kind);
    if (before === undefined && count >= secretLimits.secretsMax)
      throw new TooManySecretsError(`The account ${account} has ${count} secrets; more are not kept.`);
    const version = (before?.version ?? 0) + 1;
    const authority = secret.authority ?? before?.authority ?? '';
    const now = this.#wallMs();
    const kept: KeptSecret = {
      version,
      createdAt: before?.createdAt ?? now,
      changedAt: now,
      places: secret.places ?? before?.places ?? [],
      ...(authority !== '' && { authority }),
      sealed: seal(this.#key, sealedAs(account, name, version), secret.value),
    };
    await this.#documents.put(account, kind, name, { ...kept });
    return this.#facts(account, name, kept);
  }

  async remove(account: string, name: string): Promise<boolean> {
    this.#used.delete(`${account} ${name}`);
    return (await this.#documents.delete(account, kind, name)) !== undefined;
  }

  /** Documents go with their account; what is left of one that is there goes now. */
  async removeAll(account: string): Promise<void> {
    for (const { name } of this.#documents.list(account, kind)) await this.remove(account, name);
  }

  #facts(account: string, name: string, { version, createdAt, changedAt, places, authority }: KeptSecret): SecretFacts {
    const used = this.#used.get(`${account} ${name}`) ?? { uses: 0 };
    return { name, places, authority: authority !== undefined, version, createdAt, changedAt, ...used };
  }

  #kept(account: string, name: string): KeptSecret | undefined {
    const document = this.#documents.get(account, kind, name);
    return document && keptOf({ account, kind, name, document });
  }
}

function keptOf({ account, name, document }: AccountDocument): KeptSecret | undefined {
  return keptIn(JSON.stringify({ secrets: { [name]: document } }), `What is kept of ${account}`).get(name);
}

function sealedAs(account: string, name: string, version: number): string {
  return `${account} ${name} ${version}`;
}
