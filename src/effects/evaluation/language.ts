import { pathOf } from '../operations/draft.ts';
import { type Atom, constant, data, join, objectValue, outside, textOf, type Value } from '../values/value.ts';
import { elementsOf } from './literals.ts';
import { listed } from './function-methods.ts';
import { assigned, type Built, callHelper } from './compiler-helpers.ts';
import type { Machine, Site } from './machine.ts';
import { concat } from './text.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

function list(m: Machine, site: Site, elements: Value): Value {
  const made = m.objectAt(site.node, site.frame, true);
  m.put(made, data, elements);
  return objectValue(made);
}

/** All that is in it, and in what is in that: of pairs, both. */
function deepElements(value: Value): Value {
  const outer = elementsOf(value);
  return join(
    outer.filter((atom) => !(atom.kind === 'object' && atom.object.isList)),
    ...outer.map((atom) => (atom.kind === 'object' && atom.object.isList ? elementsOf([atom]) : [])),
  );
}

/** A map or set of what it is made from. */
const collection: Built = (m, args, site) => {
  const made = m.objectAt(site.node, site.frame);
  m.put(made, data, join(data, deepElements(args[0] ?? [])));
  return objectValue(made);
};

const defined: Built = (m, [target = [], key = [], descriptor = []], site) => {
  const value = m
    .member(descriptor, constant('value'), site)
    .filter((atom) => atom.kind !== 'constant' || atom.value !== undefined);
  const setter = m.member(descriptor, constant('set'), site).filter(({ kind }) => kind === 'function');
  m.call(setter, target, [data], site);
  const getter = m.member(descriptor, constant('get'), site).filter(({ kind }) => kind === 'function');
  m.setMember(target, key, join(value, m.call(getter, target, [], site)), site);
  return target;
};

const first: Built = (_m, [value = []]) => value;

function newURL(args: readonly Value[]): Value {
  const [path = [], base = []] = args;
  const isWhole = textOf(path)?.includes('://') === true;
  if (base.length === 0 || isWhole) return concat(path, []);
  const origin = base.map((atom): Value => {
    const text = atom.kind === 'constant' ? String(atom.value) : atom.kind === 'text' ? atom.prefix : '';
    const [found] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+(?=[/?#]|$)/i.exec(text) ?? [];
    return found === undefined || (atom.kind === 'text' && found.length === text.length)
      ? data
      : [{ kind: 'text', prefix: `${found}/`, marks: 0 }];
  });
  return join(...origin);
}

function joined(args: readonly Value[]): Value {
  return args.reduce((all, arg, index) => (index === 0 ? arg : concat(concat(all, constant('/')), arg)), [] as Value);
}

/** What the language's own objects do with what they are given, where it matters for what is found later. */
const builtIns: Readonly<Record<string, Built>> = {
  'Promise.all': (m, [value = []], site) =>
    value.some((atom) => atom.kind === 'object') ? value : list(m, site, elementsOf(value)),
  'Promise.race': (_m, [value = []]) => elementsOf(value),
  'Promise.any': (_m, [value = []]) => elementsOf(value),
  'Promise.resolve': first,
  'Promise.allSettled': (m, [value = []], site) => list(m, site, elementsOf(value)),
  Promise: (m, args, site) => join(data, m.handOut(args, [outside('pure'), outside('pure')], site)),
  'Object.assign': assigned,
  'Object.create': (m, [parent = []], site) => {
    const made = m.objectAt(site.node, site.frame);
    for (const atom of parent) if (atom.kind === 'object') made.parent = atom.object;
    return objectValue(made);
  },
  'Object.freeze': first,
  'Object.seal': first,
  'Object.setPrototypeOf': (_m, [target = [], parent = []]) => {
    for (const atom of target)
      for (const other of parent)
        if (atom.kind === 'object' && other.kind === 'object') atom.object.parent = other.object;
    return target;
  },
  'Object.defineProperty': defined,
  'Object.values': (m, [value = []], site) => list(m, site, elementsOf(value)),
  'Object.entries': (m, [value = []], site) =>
    m.callMember(list(m, site, elementsOf(value)), constant('entries'), [], site),
  'Object.fromEntries': collection,
  'Array.from': (m, [value = [], change], site) =>
    change === undefined
      ? list(m, site, elementsOf(value))
      : list(m, site, m.handOut([change], [elementsOf(value), data], site)),
  'Array.of': (m, args, site) => list(m, site, join(...args)),
  Map: collection,
  Set: collection,
  WeakMap: collection,
  WeakSet: collection,
  WeakRef: (m, [value = []], site) => list(m, site, value),
  'JSON.parse': () => data,
  Proxy: (m, [target = [], traps = []], site) => {
    const made = m.objectAt(site.node, site.frame);
    for (const name of [
      'get',
      'set',
      'has',
      'deleteProperty',
      'ownKeys',
      'apply',
      'construct',
      'getOwnPropertyDescriptor',
      'defineProperty',
    ]) {
      const trap = m.member(traps, constant(name), site).filter(({ kind }) => kind === 'function');
      const given = m.call(trap, traps, [target, data, data], site);
      if (name !== 'set') m.put(made, data, given);
    }
    return join(target, objectValue(made));
  },
  Object: first,
  URL: (_m, args) => newURL(args),
  String: (_m, [value = []]) => concat(constant(''), value),
  encodeURIComponent: () => data,
  'Reflect.apply': (m, [callee = [], self = [], rest = []], site) => m.call(callee, self, listed(rest), site),
  'Reflect.construct': (m, [callee = [], rest = []], site) => m.construct(callee, listed(rest), site),
  'Reflect.get': (m, [object = [], key = []], site) => m.member(object, key, site),
  'awslambda.streamifyResponse': first,
  require: (m, [name = []], site) => m.importModule(name, site),
};

/** What the language itself does when it is called, where it hands on what it is given; undefined for all else. */
export function callLanguage(m: Machine, atom: Outside, args: readonly Value[], site: Site): Value | undefined {
  if (['wrapped', 'bundled', 'helper'].includes(atom.name)) return callHelper(m, atom, args, site);
  if (atom.name === 'path' && ['join', 'resolve', 'posix.join'].includes(pathOf(atom))) return joined(args);
  if (atom.name === 'path' && pathOf(atom) === 'dirname') return args[0] ?? data;
  if (atom.name === 'os' && pathOf(atom) === 'tmpdir') return constant('/tmp');
  if (atom.name === 'url' && ['fileURLToPath', 'pathToFileURL'].includes(pathOf(atom))) return args[0] ?? data;
  if (atom.name === 'url' && pathOf(atom) === 'URL') return newURL(args);
  if (atom.name === 'util' && ['promisify', 'callbackify', 'deprecate'].includes(pathOf(atom))) return args[0] ?? data;
  if (atom.name === 'module' && pathOf(atom) === 'createRequire')
    return outside('global', [{ kind: 'member', name: 'require' }]);
  if (atom.name !== 'global') return undefined;
  const path = pathOf(atom).replace(/^(globalThis|global)\./, '');
  const built = Object.hasOwn(builtIns, path) ? builtIns[path] : undefined;
  if (built !== undefined) return built(m, args, site);
  // `(0, module.require)(…)`, `require.resolve(…)`.
  return path.endsWith('.require') ? m.importModule(args[0] ?? [], site) : undefined;
}
