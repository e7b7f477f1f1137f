import type { CodeBundle } from '../../model/functions/code.ts';
import { mergedCode } from '../../store/code/merged-code.ts';
import type { CodeStore } from '../../store/contract.ts';
import type { CodeSource } from '../../worker-manager/contract.ts';

/**
 * The same source of code, which also has the layers of functions: merged in their order, later ones over earlier ones, as one
 * bundle for `/opt`, which whoever asks gives a name.
 */
export function withLayers(code: CodeSource, codeStore: Pick<CodeStore, 'read'>): CodeSource {
  return async (fn, what) => {
    if (what !== 'layers') return code(fn);
    const bundles: CodeBundle[] = [];
    for (const { sha256 } of fn.layers ?? []) bundles.push(await codeStore.read(sha256));
    return { ...mergedCode(bundles), sha256: fn.codeSha256 };
  };
}
