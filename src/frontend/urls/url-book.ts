import { invokeModes, urlAuthTypes, type FunctionUrl, type UrlCors } from '../../model/functions/function-url.ts';
import type { SettingsDocument, SettingsStore } from '../../store/settings-contract.ts';

/** The URL of a function, and which function's it is. */
export interface FoundUrl {
  readonly account: string;
  /** The function's. */
  readonly name: string;
  /** The alias that it leads to; `''` for the function as it is. */
  readonly qualifier: string;
  readonly url: FunctionUrl;
}

export const urlKind = 'url';

/** The URLs of all functions, in the settings of each, and found by their ids. */
export class UrlBook {
  readonly #settings: SettingsStore;
  readonly #byId = new Map<string, Omit<FoundUrl, 'url'>>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    for (const { account, name, qualifier, document } of settings.all(urlKind))
      this.#byId.set(urlOf(document).urlId, { account, name, qualifier });
  }

  /** By the id, at once: each request to a URL begins with it. */
  find(urlId: string): FoundUrl | undefined {
    const owner = this.#byId.get(urlId);
    if (owner === undefined) return undefined;
    const url = this.get(owner.account, owner.name, owner.qualifier);
    if (url?.urlId === urlId) return { ...owner, url };
    // It went with its function or its alias.
    this.#byId.delete(urlId);
    return undefined;
  }

  /** Takes one as the settings have it, which another host has changed. */
  reread(account: string, name: string, qualifier: string): void {
    const url = this.get(account, name, qualifier);
    if (url !== undefined) this.#byId.set(url.urlId, { account, name, qualifier });
  }

  get(account: string, name: string, qualifier: string): FunctionUrl | undefined {
    const document = this.#settings.get(account, name, qualifier, urlKind);
    return document === undefined ? undefined : urlOf(document);
  }

  /** Of a function and its aliases, in the order of their names. */
  list(account: string, name: string): readonly FoundUrl[] {
    return this.#settings
      .list(account, name, urlKind)
      .map(({ qualifier, document }) => ({ account, name, qualifier, url: urlOf(document) }));
  }

  /** Throws FunctionMissingError. */
  async put({ account, name, qualifier, url }: FoundUrl): Promise<void> {
    await this.#settings.put(account, name, qualifier, urlKind, { ...url });
    this.#byId.set(url.urlId, { account, name, qualifier });
  }

  /** Whether there was one. */
  async delete(account: string, name: string, qualifier: string): Promise<boolean> {
    return (await this.#settings.delete(account, name, qualifier, urlKind)) !== undefined;
  }
}

/** What was put, and may have been put by another version of this program. */
function urlOf(document: SettingsDocument): FunctionUrl {
  const { urlId, authType, invokeMode, createdAt, modifiedAt, cors } = document;
  const knownAuthType = urlAuthTypes.find((type) => type === authType);
  const knownMode = invokeModes.find((mode) => mode === invokeMode);
  if (typeof urlId !== 'string' || typeof createdAt !== 'number' || typeof modifiedAt !== 'number')
    throw new Error(`The stored URL of a function has no id or times: ${JSON.stringify(document)}`);
  if (knownAuthType === undefined || knownMode === undefined)
    throw new Error(`The stored URL of a function has another kind than those known: ${JSON.stringify(document)}`);
  return {
    urlId,
    authType: knownAuthType,
    invokeMode: knownMode,
    createdAt,
    modifiedAt,
    // One with nothing in it is how tools say that there is to be none any more.
    ...(typeof cors === 'object' && cors !== null && Object.keys(cors).length > 0 && { cors: corsOf(cors) }),
  };
}

function corsOf(cors: object): UrlCors {
  return cors;
}
