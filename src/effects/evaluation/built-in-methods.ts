import { type Atom, data, join, marked, marksOf, objectValue, type Value } from '../values/value.ts';
import { elementsOf } from './literals.ts';
import type { Machine, Site } from './machine.ts';
import { concat, mapText } from './text.ts';

/** Methods of the language's own objects, none of which does anything outside of them. */
const pure: ReadonlySet<string> = new Set(
  (
    'toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable toJSON length at concat copyWithin entries every fill filter find findIndex findLast ' +
    'findLastIndex flat flatMap forEach includes indexOf join keys lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toReversed toSorted ' +
    'toSpliced unshift values with anchor charAt charCodeAt codePointAt endsWith isWellFormed localeCompare match matchAll normalize padEnd padStart repeat replace ' +
    'replaceAll search split startsWith substring substr toLocaleLowerCase toLocaleUpperCase toLowerCase toUpperCase toWellFormed trim trimEnd trimStart toFixed ' +
    'toPrecision toExponential get set has add delete clear size union intersection difference then catch finally next return throw test exec source flags ' +
    'getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds getTimezoneOffset getUTCFullYear getUTCMonth getUTCDate getUTCDay ' +
    'getUTCHours getUTCMinutes getUTCSeconds setDate setFullYear setHours setMinutes setMonth setSeconds setTime setUTCDate setUTCHours toISOString toUTCString ' +
    'toDateString toTimeString append getAll json text arrayBuffer blob bytes formData clone equals readUInt8 readUInt32BE write writeUInt8 subarray buffer promise'
  ).split(' '),
);

/** Whether the language's own objects have a method of this name. */
export function isLanguages(name: string): boolean {
  return pure.has(name);
}

/** Names that nobody gives to what does more: of something that is not known, these are taken for the language's own. */
const telling: ReadonlySet<string> = new Set(
  (
    'toString valueOf hasOwnProperty toJSON concat every filter forEach findIndex flat flatMap includes indexOf join map pop push reduce shift slice some sort splice unshift ' +
    'charAt charCodeAt codePointAt endsWith startsWith localeCompare padEnd padStart repeat replace replaceAll split substring toLowerCase toUpperCase trim toFixed then catch finally ' +
    'toISOString getTime'
  ).split(' '),
);

/** The same, of something that nobody knows. */
export function isSurelyLanguages(name: string): boolean {
  return telling.has(name);
}

const textMethods: ReadonlyMap<string, (text: string) => string> = new Map([
  ['toLowerCase', (text: string) => text.toLowerCase()],
  ['toUpperCase', (text: string) => text.toUpperCase()],
  ['trim', (text: string) => text.trim()],
  ['toString', (text: string) => text],
]);

/** Calls what was given to a method as it calls it: with an element, or with what was waited for. */
function withCallbacks(m: Machine, self: Value, name: string, args: readonly Value[], site: Site): Value {
  const isPromises = name === 'then' || name === 'catch' || name === 'finally';
  const element = isPromises ? self : elementsOf(self);
  const isReduce = name === 'reduce' || name === 'reduceRight';
  const first = isReduce ? join(args[1] ?? [], element) : element;
  const given =
    name === 'catch'
      ? [data]
      : name === 'finally'
        ? []
        : isReduce
          ? [first, element, data, self]
          : [first, isPromises ? data : name === 'sort' ? element : data, self];
  return m.handOut(args, given, site);
}

function ofList(
  m: Machine,
  atom: Extract<Atom, { kind: 'object' }>,
  name: string,
  args: readonly Value[],
  site: Site,
): Value {
  const { object } = atom;
  if (['push', 'unshift', 'add', 'fill'].includes(name)) for (const arg of args) m.put(object, data, arg);
  if (name === 'set') m.put(object, data, args[1] ?? []);
  const given = withCallbacks(m, [atom], name, args, site);
  if (['map', 'flatMap'].includes(name)) {
    const made = m.objectAt(site.node, site.frame, true);
    m.put(made, data, name === 'flatMap' ? join(elementsOf(given), given) : given);
    return objectValue(made);
  }
  if (['reduce', 'reduceRight'].includes(name)) return join(given, args[1] ?? []);
  if (
    ['filter', 'slice', 'sort', 'reverse', 'concat', 'toSorted', 'toReversed', 'flat', 'values', 'splice'].includes(
      name,
    )
  ) {
    for (const arg of name === 'concat' ? args : []) m.put(object, data, elementsOf(arg));
    return [atom];
  }
  if (['get', 'at', 'pop', 'shift', 'find', 'findLast', 'next'].includes(name)) return elementsOf([atom]);
  if (name === 'entries') {
    const pair = m.objectAt(site.node, site.frame, true);
    m.put(pair, data, join(data, elementsOf([atom])));
    const all = m.objectAt(site.node, site.frame);
    m.put(all, data, objectValue(pair));
    return objectValue(all);
  }
  if (['then', 'catch', 'finally'].includes(name)) return join([atom], given);
  return name === 'join' ? marked(marksOf([atom], 2)) : data;
}

/**
 * A method of the language's own on a value: of lists and maps, texts and other data. Undefined where it has none of that name.
 */
export function builtInMethod(
  m: Machine,
  atom: Atom,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (!pure.has(name)) return undefined;
  if (atom.kind === 'object') return ofList(m, atom, name, args, site);
  const given = withCallbacks(m, [atom], name, args, site);
  if (name === 'then') return join(given, [atom]);
  if (name === 'catch' || name === 'finally') return join(given, [atom]);
  const change = textMethods.get(name);
  if (change !== undefined) return mapText([atom], change);
  if (name === 'concat' && (atom.kind === 'constant' || atom.kind === 'text')) return args.reduce(concat, [atom]);
  const isMapped = name === 'map' || name === 'flatMap' || name === 'reduce';
  const bits = marksOf([atom], 1) | args.reduce((all, arg) => all | marksOf(arg, 1), 0);
  return isMapped ? mapped(m, given, site) : marked(bits);
}

function mapped(m: Machine, given: Value, site: Site): Value {
  const made = m.objectAt(site.node, site.frame, true);
  m.put(made, data, given);
  return objectValue(made);
}
