import type { AnyNode } from 'acorn';
import {
  type AbstractClass,
  type AbstractFunction,
  type AbstractObject,
  type Atom,
  constant,
  data,
  join,
  marked,
  marksOf,
  newObject,
  nextId,
  objectValue,
  undefinedValue,
  type Value,
} from '../values/value.ts';
import { pathOf } from '../operations/draft.ts';
import type { Machine, Site } from './machine.ts';

/** More than so many steps from its package, a value is no client any more. */
const linksMax = 16;

/** Names that a key may be; undefined where it may be any. */
export function namesIn(key: Value): readonly string[] | undefined {
  const names: string[] = [];
  for (const atom of key) {
    if (atom.kind !== 'constant') return undefined;
    names.push(String(atom.value));
  }
  return names;
}

type Method = Extract<AnyNode, { type: 'MethodDefinition' }>;

function methodOf({ node }: AbstractClass, name: string, isStatic: boolean): Method | undefined {
  return node.body.body.find(
    (each): each is Method =>
      each.type === 'MethodDefinition' &&
      each.static === isStatic &&
      each.kind !== 'set' &&
      (each.key.type === 'Identifier' && !each.computed
        ? each.key.name === name
        : each.key.type === 'PrivateIdentifier'
          ? `#${each.key.name}` === name
          : each.key.type === 'Literal' && String(each.key.value) === name),
  );
}

const methods = new WeakMap<AnyNode, Map<AbstractClass, AbstractFunction>>();

/** A method as a function, of no object yet. */
function functionOf(method: Method, owner: AbstractClass): AbstractFunction {
  const known = methods.get(method) ?? new Map<AbstractClass, AbstractFunction>();
  methods.set(method, known);
  const name = method.key.type === 'Identifier' ? method.key.name : owner.name;
  const fn = known.get(owner) ?? {
    id: nextId(),
    node: method.value,
    frame: owner.frame,
    name: `${owner.name}.${name}`,
    home: [{ kind: 'class', class: owner } as const],
    properties: newObject(),
  };
  known.set(owner, fn);
  return fn;
}

/** What an instance of a class has under a name by its class; undefined where that has nothing. */
function inherited(
  m: Machine,
  owner: AbstractClass,
  name: string,
  self: Value,
  site: Site,
  isStatic = false,
): Value | undefined {
  const method = methodOf(owner, name, isStatic);
  if (method !== undefined) {
    const fn = { ...functionOf(method, owner), self };
    return method.kind === 'get' ? m.call([{ kind: 'function', fn }], self, [], site) : [{ kind: 'function', fn }];
  }
  for (const parent of owner.parent) {
    if (parent.kind !== 'class') continue;
    const found = isStatic
      ? (parent.class.statics.properties.get(name) ?? inherited(m, parent.class, name, self, site, true))
      : inherited(m, parent.class, name, self, site);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What an object has under a name of its own, by its class, or by what it was made from. */
function ofObject(m: Machine, object: AbstractObject, name: string, self: Value, site: Site): Value {
  const own = object.properties.get(name);
  const byClass = object.class === undefined ? undefined : inherited(m, object.class, name, self, site);
  const byParent = object.parent === undefined ? [] : ofObject(m, object.parent, name, self, site);
  const found = join(own ?? [], byClass ?? [], byParent, object.rest);
  if (found.length > 0 || own !== undefined) return found;
  return object.outside === undefined ? undefinedValue : m.member(object.outside, constant(name), site);
}

function ofAtom(m: Machine, atom: Atom, names: readonly string[] | undefined, site: Site): Value {
  switch (atom.kind) {
    case 'object': {
      const { object } = atom;
      if (names !== undefined) return join(...names.map((name) => ofObject(m, object, name, [atom], site)));
      return join(...object.properties.values(), object.rest, object.properties.size === 0 ? data : []);
    }
    case 'class': {
      const { statics } = atom.class;
      if (names === undefined) return join(...statics.properties.values(), data);
      return join(
        ...names.map((name) => {
          if (name === 'prototype') return objectValue({ ...newObject(), class: atom.class });
          const found = statics.properties.get(name) ?? inherited(m, atom.class, name, [atom], site, true);
          return (
            found ??
            join(
              ...atom.class.parent.map((parent) =>
                parent.kind === 'outside' ? m.member([parent], constant(name), site) : [],
              ),
            )
          );
        }),
      );
    }
    case 'function': {
      const { properties } = atom.fn;
      if (names === undefined) return data;
      return join(
        ...names.map((name) => {
          if (name === 'prototype' && !properties.properties.has(name))
            properties.properties.set(name, objectValue(newObject()));
          // Where a map is gone through, its values stand for its pairs.
          return properties.properties.get(name) ?? (/^\d+$/.test(name) ? [atom] : data);
        }),
      );
    }
    case 'outside':
      // Of what only computes it is the same whatever it is called.
      if (atom.name === 'pure') return [atom];
      if (atom.links.length >= linksMax) return data;
      return (names ?? ['?']).map((name) => ({ ...atom, links: [...atom.links, { kind: 'member', name }] }));
    case 'unknown':
      return [atom];
    default:
      // Where something else may be there, this is what has no members.
      if (atom.kind === 'constant' && (atom.value === undefined || atom.value === null)) return [];
      return names?.[0] === 'href' ? [atom] : marked(marksOf([atom]));
  }
}

/** All that may be under this name of any of these. */
export function member(m: Machine, object: Value, key: Value, site: Site): Value {
  const names = namesIn(key);
  return join(...object.map((atom) => ofAtom(m, atom, names, site)));
}

function isEnvironment(atom: Atom): boolean {
  if (atom.kind !== 'outside') return false;
  return (
    (atom.name === 'global' && pathOf(atom) === 'process.env') || (atom.name === 'process' && pathOf(atom) === 'env')
  );
}

/** Variables of the environment that are asked for; undefined where it is another object's member. */
export function environmentNames(object: Value, key: Value): readonly string[] | undefined {
  return object.some(isEnvironment) ? (namesIn(key) ?? ['?']) : undefined;
}

/** Puts something into an object, beside what may be there. */
export function put(m: Machine, object: AbstractObject, key: Value, value: Value): void {
  if (value.length === 0) return;
  const names = namesIn(key);
  if (names === undefined || names.length === 0) {
    const before = object.rest;
    object.rest = join(before, value);
    if (object.rest !== before) m.changed();
    return;
  }
  for (const name of names) {
    const before = object.properties.get(name) ?? [];
    const after = join(before, value);
    object.properties.set(name, after);
    if (after !== before) m.changed();
  }
}

/** `object.key = value`, for all that the object may be. */
export function setMember(m: Machine, object: Value, key: Value, value: Value, site: Site): void {
  for (const atom of object) {
    if (atom.kind === 'object') put(m, atom.object, key, value);
    else if (atom.kind === 'class') put(m, atom.class.statics, key, value);
    else if (atom.kind === 'function') put(m, atom.fn.properties, key, value);
    // What is put into a package's object, or one that nobody knows, its owner may call.
    else if (atom.kind === 'outside' || atom.kind === 'unknown') m.handOut([value], [data, data, data], site);
  }
}
