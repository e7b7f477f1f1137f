import type { AnyNode } from 'acorn';
import { data, type Value } from '../values/value.ts';
import type { Machine, Site } from './machine.ts';

/** Names by which the language itself calls what an object has: when it becomes text, or is waited for. */
const implicit: ReadonlySet<string> = new Set(['toString', 'valueOf', 'toJSON', 'then', 'toLocaleString']);

/**
 * Whether something may be called without standing anywhere as a call: setters, what the language calls by itself, and whatever has a name that is put together, such
 * as `[Symbol.iterator]` and `[Symbol.asyncDispose]`.
 */
export function isImplicit(member: {
  readonly kind?: string;
  readonly computed: boolean;
  readonly key: AnyNode;
}): boolean {
  if (member.kind === 'set' || member.computed) return true;
  return member.key.type === 'Identifier' && implicit.has(member.key.name);
}

/** Calls what may be called so: whoever has the object may do what leads to it. */
export function callImplicitly(m: Machine, callee: Value, self: Value, site: Site): void {
  m.call(
    callee.filter(({ kind }) => kind === 'function'),
    self,
    [data, data, data],
    site,
  );
}
