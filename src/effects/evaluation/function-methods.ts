import type { AnyNode } from 'acorn';
import { type Atom, data, undefinedValue, type Value } from '../values/value.ts';
import { pathOf } from '../operations/draft.ts';
import type { Machine, Site } from './machine.ts';

/** The text of what is called, for people. */
export function wordsOf({ node }: Site): string {
  const callee = 'callee' in node ? node.callee : 'tag' in node ? node.tag : undefined;
  return callee === undefined ? 'something' : `\`${nameOf(callee)}\``;
}

function nameOf(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'MemberExpression') {
    const name = node.property.type === 'Identifier' && !node.computed ? `.${node.property.name}` : '[…]';
    return `${nameOf(node.object)}${name}`.slice(-60);
  }
  return node.type === 'CallExpression' ? `${nameOf(node.callee)}()` : '…';
}

/** What every function has: `call`, `apply` and `bind`; undefined for other names. */
export function functionMethod(
  m: Machine,
  atom: Extract<Atom, { kind: 'function' | 'outside' }>,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  // `Reflect.apply` is something else.
  if (atom.kind === 'outside' && atom.name === 'global' && pathOf(atom) === 'Reflect') return undefined;
  const [self = undefinedValue, ...rest] = args;
  if (name === 'call') return m.call([atom], self, rest, site);
  if (name === 'apply') return m.call([atom], self, listed(rest[0]), site);
  if (name !== 'bind') return undefined;
  if (atom.kind === 'outside') return [atom];
  const bound = [...(atom.fn.bound ?? []), ...rest];
  return [{ kind: 'function', fn: { ...atom.fn, self: atom.fn.self ?? self, ...(bound.length > 0 && { bound }) } }];
}

/** What is in a list, as arguments. */
export function listed(value: Value = []): readonly Value[] {
  return value.flatMap((atom) =>
    atom.kind === 'object'
      ? [...atom.object.properties.values(), atom.object.rest].filter((each) => each.length > 0)
      : [data],
  );
}
