/** Where code of accounts is kept, as far as its size goes: what of a store this needs. */
export interface KeptCode {
  readonly functions: {
    list(account: string, after: string, limit: number): Promise<readonly Sized[]>;
  };
  readonly versions: {
    list(account: string, name: string, after: number, limit: number): Promise<readonly Sized[]>;
  };
  readonly layers: {
    list(account: string): Promise<readonly { readonly zipBytes: number }[]>;
  };
}

interface Sized {
  readonly latest: { readonly name: string; readonly codeBytes: number };
}

/**
 * What zip files of an account are kept, bytes: of its functions, of their published versions, and of all versions of its layers, each for
 * itself as AWS counts.
 */
export async function storedCodeBytes(store: KeptCode, account: string): Promise<number> {
  const functions = await store.functions.list(account, '', Number.MAX_SAFE_INTEGER);
  const versions = await Promise.all(
    functions.map(({ latest }) => store.versions.list(account, latest.name, 0, Number.MAX_SAFE_INTEGER)),
  );
  const layers = await store.layers.list(account);
  const bytes = [...functions, ...versions.flat()].map(({ latest }) => latest.codeBytes);
  return [...bytes, ...layers.map(({ zipBytes }) => zipBytes)].reduce((sum, each) => sum + each, 0);
}
