import type { AnyNode } from 'acorn';
import {
  type AbstractClass,
  type AbstractFunction,
  type AbstractObject,
  type Atom,
  constant,
  data,
  join,
  objectValue,
  unknown,
  type Value,
} from '../values/value.ts';
import { builtInMethod, isLanguages, isSurelyLanguages } from './built-in-methods.ts';
import { keyValue } from './literals.ts';
import { functionMethod, wordsOf } from './function-methods.ts';
import { callImplicitly, isImplicit } from './implicit.ts';
import type { Machine, Site } from './machine.ts';
import { namesIn } from './members.ts';

/** What calls need beside the machine. */
export interface Calls {
  /** Runs a function of the code. */
  invoke(fn: AbstractFunction, self: Value, args: readonly Value[], site: Site): Value;
  /** Calls something of a package or of the platform. */
  outside(atom: Extract<Atom, { kind: 'outside' }>, args: readonly Value[], site: Site): Value;
  instanceAt(node: AnyNode, frame: Site['frame'], of: AbstractClass | AbstractFunction): AbstractObject;
}

/** Calls whatever it may be. */
export function call(m: Machine, calls: Calls, callee: Value, self: Value, args: readonly Value[], site: Site): Value {
  return join(
    ...callee.map((atom): Value => {
      switch (atom.kind) {
        case 'function':
          return calls.invoke(atom.fn, atom.fn.self ?? self, args, site);
        case 'outside':
          return calls.outside(atom, args, site);
        case 'class':
          // As `super(…)`: what the class does to the one that is being made.
          initialise(m, calls, atom.class, self, args, site);
          return self;
        case 'constant':
          // Where something else may be there, this is what is not called.
          return callee.length > 1 || atom.value === undefined || atom.value === null ? [] : data;
        case 'object':
          if (atom.object.outside !== undefined) return m.call(atom.object.outside, self, args, site);
          return callee.length > 1 ? [] : m.unresolved(`calls ${wordsOf(site)}, which is no function`, site);
        default:
          if (atom.kind === 'data' && callee.length > 1) return data;
          m.handOut(args, [data, data, data], site);
          return m.unresolved(`calls ${wordsOf(site)}, of which only running it would tell what it is`, site);
      }
    }),
  );
}

/** Fields, and the constructor that there is. */
function initialise(
  m: Machine,
  calls: Calls,
  owner: AbstractClass,
  self: Value,
  args: readonly Value[],
  site: Site,
): void {
  const { body } = owner.node.body;
  const made = body.find((each) => each.type === 'MethodDefinition' && each.kind === 'constructor');
  if (made === undefined)
    for (const parent of owner.parent)
      if (parent.kind === 'class') initialise(m, calls, parent.class, self, args, site);
  const frame = m.blockFrame(owner.node, owner.frame);
  frame.self = join(frame.self ?? [], self);
  for (const each of body) {
    if (each.type !== 'PropertyDefinition' || each.static || each.value === null || each.value === undefined) continue;
    const key = keyValue(m, each, each.key, frame);
    for (const atom of self) if (atom.kind === 'object') m.put(atom.object, key, m.evaluate(each.value, frame));
  }
  for (const each of body)
    if (each.type === 'MethodDefinition' && each.kind !== 'constructor' && !each.static && isImplicit(each))
      callImplicitly(m, m.functionAt(each.value, frame, owner.name), self, site);
  if (made?.type === 'MethodDefinition') {
    const home: Value = [{ kind: 'class', class: owner }];
    const fn = {
      id: owner.id,
      node: made.value,
      frame: owner.frame,
      name: `new ${owner.name}`,
      home,
      properties: owner.statics,
    };
    calls.invoke(fn, self, args, site);
  }
}

/** What a class of a package gives, that a class of the code extends. */
function outsideParent({ parent }: AbstractClass, args: readonly Value[]): Value {
  return join(
    ...parent.map((atom): Value => {
      if (atom.kind === 'class') return outsideParent(atom.class, args);
      return atom.kind === 'outside' ? [{ ...atom, links: [...atom.links, { kind: 'call', args }] }] : [];
    }),
  );
}

/** `new`, of whatever it may be. */
export function construct(m: Machine, calls: Calls, callee: Value, args: readonly Value[], site: Site): Value {
  return join(
    ...callee.map((atom): Value => {
      if (atom.kind === 'class') {
        const made = calls.instanceAt(site.node, site.frame, atom.class);
        made.class = atom.class;
        const given = outsideParent(atom.class, args);
        if (given.length > 0) made.outside = given;
        const self = objectValue(made);
        initialise(m, calls, atom.class, self, args, site);
        return self;
      }
      if (atom.kind === 'function') {
        const made = calls.instanceAt(site.node, site.frame, atom.fn);
        for (const each of m.member([atom], constant('prototype'), site))
          if (each.kind === 'object') made.parent = each.object;
        return join(objectValue(made), objectsIn(calls.invoke(atom.fn, objectValue(made), args, site)));
      }
      if (atom.kind === 'outside') return calls.outside(atom, args, site);
      if (atom.kind === 'constant') return [];
      m.handOut(args, [data, data], site);
      return m.unresolved(`makes a new ${wordsOf(site)}, of which only running it would tell what it is`, site);
    }),
  );
}

function objectsIn(value: Value): Value {
  return value.filter((atom) => atom.kind !== 'constant' && atom.kind !== 'data' && atom.kind !== 'text');
}

function onObject(
  m: Machine,
  atom: Extract<Atom, { kind: 'object' | 'class' | 'function' }>,
  name: string,
  args: readonly Value[],
  site: Site,
): Value {
  const found = m.member([atom], constant(name), site);
  const callable = found.filter(({ kind }) => kind !== 'constant' && kind !== 'data' && kind !== 'text');
  if (callable.length > 0 && !(atom.kind === 'object' && atom.object.isList && isLanguages(name)))
    return m.call(callable, [atom], args, site);
  const builtIn = builtInMethod(m, atom, name, args, site);
  if (builtIn !== undefined) return builtIn;
  m.handOut(args, [data, data], site);
  // A field that was not set yet where it is called: nothing is called then.
  if (found.length === 0) return [];
  return m.unresolved(`calls ${wordsOf(site)}, which cannot be found`, site);
}

/** Calls a method, of whatever the object may be. */
export function callMember(
  m: Machine,
  calls: Calls,
  object: Value,
  key: Value,
  args: readonly Value[],
  site: Site,
): Value {
  const names = namesIn(key);
  const [name = '?'] = names ?? [];
  return join(
    ...object.map((atom): Value => {
      if (names === undefined || names.length > 1) return m.call(m.member([atom], key, site), [atom], args, site);
      if (atom.kind === 'function' || atom.kind === 'outside') {
        const bound = functionMethod(m, atom, name, args, site);
        if (bound !== undefined) return bound;
      }
      switch (atom.kind) {
        case 'object':
        case 'class':
        case 'function':
          return onObject(m, atom, name, args, site);
        case 'outside':
          return calls.outside(
            atom.name === 'pure' ? atom : { ...atom, links: [...atom.links, { kind: 'member', name }] },
            args,
            site,
          );
        case 'unknown': {
          const builtIn = isSurelyLanguages(name) ? builtInMethod(m, atom, name, args, site) : undefined;
          if (builtIn !== undefined) return join(builtIn, [atom]);
          m.handOut(args, [data, data, data], site);
          m.unresolved(`calls ${wordsOf(site)}, of which only running it would tell what it is`, site);
          return unknown('came of what is not known');
        }
        case 'constant':
          if (atom.value === undefined || atom.value === null) return [];
          return builtInMethod(m, atom, name, args, site) ?? data;
        default: {
          // Data have no methods but those of the language.
          const builtIn = builtInMethod(m, atom, name, args, site);
          if (builtIn === undefined) m.handOut(args, [data, data, data], site);
          return builtIn ?? [{ kind: 'data', marks: 'marks' in atom ? atom.marks : 0 }];
        }
      }
    }),
  );
}
