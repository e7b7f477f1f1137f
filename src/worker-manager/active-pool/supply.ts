import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Registry } from './registry.ts';

/** Containers of a version that wait for a call, serve one, and are about to be prepared for one. */
export interface Supply {
  readonly idle: number;
  readonly busy: number;
  readonly preparing: number;
}

/** What there is of a version for its next calls; undefined where those are kept apart by tenants, of whom nobody knows who comes next. */
export function supplyOf(registry: Registry, fn: FunctionVersion): Supply | undefined {
  if (fn.tenancy !== undefined) return undefined;
  let [idle, busy, preparing] = [0, 0, 0];
  for (const code of registry.revisions(fn.account, fn.name)) {
    if (code.retired || code.function.version !== fn.version || code.function.revisionId !== fn.revisionId) continue;
    idle += code.idle.size + code.ready.size;
    busy += code.busy.size;
    preparing += code.expected?.joinable ?? 0;
  }
  return { idle, busy, preparing };
}
