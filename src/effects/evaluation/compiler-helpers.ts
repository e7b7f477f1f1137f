import { pathOf } from '../operations/draft.ts';
import { type Atom, constant, data, join, objectValue, outside, undefinedValue, type Value } from '../values/value.ts';
import { elementsOf } from './literals.ts';
import type { Machine, Site } from './machine.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

/** Something that is called, as it is known without being read. */
export type Built = (m: Machine, args: readonly Value[], site: Site) => Value;

/** `Object.assign`. */
export const assigned: Built = (m, [target = [], ...sources], site) => {
  for (const source of sources)
    for (const atom of source)
      if (atom.kind === 'object') {
        for (const [name, value] of atom.object.properties) m.setMember(target, constant(name), value, site);
        m.setMember(target, data, atom.object.rest, site);
      }
  return target;
};

/** `__export(target, { name: () => value })`: esbuild's exports. */
const exported: Built = (m, [target = [], getters = []], site) => {
  for (const atom of getters)
    if (atom.kind === 'object')
      for (const [name, getter] of atom.object.properties)
        m.setMember(target, constant(name), m.call(getter, target, [], site), site);
  return target;
};

/** What is imported from CommonJS: its exports, and these as `default`. */
const interoperable: Built = (m, [value = []]) => {
  for (const atom of value)
    if (atom.kind === 'object' && !atom.object.properties.has('default'))
      m.put(atom.object, constant('default'), [atom]);
  return value;
};

const first: Built = (_m, [value = []]) => value;

/** Helpers that compilers put into what they make. */
const helpers: Readonly<Record<string, Built>> = {
  __name: first,
  __export: exported,
  __toESM: interoperable,
  __toCommonJS: first,
  __importDefault: interoperable,
  __importStar: interoperable,
  __reExport: (m, [target = [], source = []], site) => assigned(m, [target, source], site),
  __copyProps: (m, [target = [], source = []], site) => assigned(m, [target, source], site),
  __exportStar: (m, [source = [], target = []], site) => assigned(m, [target, source], site),
  __require: (m, [name = []], site) => m.importModule(name, site),
  __publicField: (m, [target = [], key = [], value = []], site) => {
    m.setMember(target, key, value, site);
    return value;
  },
  __defNormalProp: (m, [target = [], key = [], value = []], site) => {
    m.setMember(target, key, value, site);
    return value;
  },
  __spreadProps: assigned,
  __spreadValues: assigned,
  __commonJS: (_m, args) => outside('wrapped', [{ kind: 'call', args }]),
  __esm: (_m, args) => outside('wrapped', [{ kind: 'call', args }]),
  __awaiter: (m, args, site) => m.call(args[3] ?? [], args[0] ?? undefinedValue, [], site),
  __async: (m, args, site) => m.call(args[2] ?? [], args[0] ?? undefinedValue, [], site),
};

/** Runs a module that a bundle has wrapped into a function, and gives what it exports. */
function unwrapped(m: Machine, { links }: Outside, site: Site): Value {
  const [link] = links;
  const [modules = []] = link?.kind === 'call' ? link.args : [];
  return join(
    ...elementsOf(modules).map((atom): Value => {
      if (atom.kind !== 'function') return [];
      const { node, frame } = atom.fn;
      const [exports, module] = [m.objectAt(node, frame), m.objectAt(node.body, frame)];
      if (module.properties.size === 0) m.put(module, constant('exports'), objectValue(exports));
      m.call([atom], undefinedValue, [objectValue(exports), objectValue(module)], site);
      return module.properties.get('exports') ?? data;
    }),
  );
}

/** Whether a name is one of a helper's that compilers make. */
export function isHelper(name: string): boolean {
  return Object.hasOwn(helpers, name);
}

/** What a helper does; undefined where it is none. */
export function callHelper(m: Machine, atom: Outside, args: readonly Value[], site: Site): Value | undefined {
  if (atom.name === 'wrapped') return unwrapped(m, atom, site);
  // A module of a package in a bundle: `require_lib()`.
  if (atom.name === 'bundled') return atom.links.length === 1 ? outside(pathOf(atom)) : data;
  return atom.name === 'helper' ? helpers[pathOf(atom)]?.(m, args, site) : undefined;
}
