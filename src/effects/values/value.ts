import type { AnyNode } from 'acorn';
import { effectLimits } from '../model/limits.ts';
import type { Frame } from './frame.ts';

/** What data were made of: bits. */
export const marks = { random: 1, clock: 2 } as const;

/** One call or member on the way from a package to a value. */
export type Link =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'call'; readonly args: readonly Value[] };

/**
 * One thing that an expression may be. `text`: a string of which only the beginning is known. `data`: something that has no power: numbers,
 * JSON, what an operation answered. `outside`: of a package or of the platform, by what was done to come to it.
 */
export type Atom =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null | undefined }
  | { readonly kind: 'text'; readonly prefix: string; readonly marks: number }
  | { readonly kind: 'data'; readonly marks: number }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'outside'; readonly name: string; readonly links: readonly Link[] }
  | { readonly kind: 'object'; readonly object: AbstractObject }
  | { readonly kind: 'function'; readonly fn: AbstractFunction }
  | { readonly kind: 'class'; readonly class: AbstractClass };

/** All that an expression may be; none: nothing has been there yet. */
export type Value = readonly Atom[];

/** All objects that are made at one place, for one context: arrays, maps and instances of classes as well. */
export interface AbstractObject {
  readonly id: number;
  readonly properties: Map<string, Value>;
  /** What is under names that are not known; of arrays and maps, what is in them. */
  rest: Value;
  readonly isList: boolean;
  class?: AbstractClass;
  /** Whose properties it has as well: what `new` was called on has as its prototype. */
  parent?: AbstractObject;
  /** What a class of a package gives it. */
  outside?: Value;
}

export interface AbstractFunction {
  readonly id: number;
  readonly node: Extract<AnyNode, { type: 'ArrowFunctionExpression' | 'FunctionDeclaration' | 'FunctionExpression' }>;
  readonly frame: Frame;
  readonly name: string;
  readonly self?: Value;
  /** The class that it is a method of. */
  readonly home?: Value;
  /** Its own properties; `prototype` among them. */
  readonly properties: AbstractObject;
  /** Arguments that `bind` has put in front. */
  readonly bound?: readonly Value[];
}

export interface AbstractClass {
  readonly id: number;
  readonly node: Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;
  readonly frame: Frame;
  readonly name: string;
  readonly statics: AbstractObject;
  readonly parent: Value;
}

export const undefinedValue: Value = [{ kind: 'constant', value: undefined }];
export const data: Value = [{ kind: 'data', marks: 0 }];

/** A value that is known. */
export function constant(value: string | number | boolean | null | undefined): Value {
  return [{ kind: 'constant', value }];
}

/** Data made of these marks. */
export function marked(bits: number): Value {
  return bits === 0 ? data : [{ kind: 'data', marks: bits }];
}

export function unknown(why: string): Value {
  return [{ kind: 'unknown', why }];
}

/** Something of a package. */
export function outside(name: string, links: readonly Link[] = []): Value {
  return [{ kind: 'outside', name, links }];
}

const ids = new WeakMap<object, string>();
let lastId = 0;

/** Tells atoms apart. */
export function keyOf(atom: Atom): string {
  if (atom.kind === 'constant') return `c${typeof atom.value}${String(atom.value)}`;
  if (atom.kind === 'text') return `t${atom.marks} ${atom.prefix}`;
  if (atom.kind === 'data') return `d${atom.marks}`;
  if (atom.kind === 'unknown') return `u${atom.why}`;
  if (atom.kind === 'object') return `o${atom.object.id}`;
  if (atom.kind === 'function') return `f${atom.fn.id}`;
  if (atom.kind === 'class') return `k${atom.class.id}`;
  const known = ids.get(atom);
  if (known !== undefined) return known;
  const key = `${atom.name}${atom.links.map(linkKey).join('')}`;
  ids.set(atom, key);
  return key;
}

function linkKey(link: Link): string {
  if (link.kind === 'member') return `.${link.name}`;
  return `(${link.args.map((arg) => keyOfValue(arg)).join(',')})`;
}

/** Tells values apart. */
export function keyOfValue(value: Value): string {
  return value.map(keyOf).sort().join('|');
}

/** All that any of these may be. */
export function join(...values: readonly Value[]): Value {
  const [first = [], second = []] = values;
  if (values.length === 2 && (second.length === 0 || first === second)) return first;
  const atoms = new Map<string, Atom>();
  for (const value of values) for (const atom of value) atoms.set(keyOf(atom), atom);
  if (atoms.size === first.length) return first;
  return atoms.size > effectLimits.alternativesMax ? fewer([...atoms.values()]) : [...atoms.values()];
}

/** Constants and texts that are too many to be told apart are data; whatever has power stays. */
function fewer(atoms: readonly Atom[]): Value {
  const isPlain = (atom: Atom): boolean => atom.kind === 'constant' || atom.kind === 'text' || atom.kind === 'data';
  const rest = atoms.filter((atom) => !isPlain(atom));
  const bits = atoms.reduce((all, atom) => all | ('marks' in atom ? atom.marks : 0), 0);
  const kept: readonly Atom[] =
    rest.length > effectLimits.alternativesMax * 4
      ? [...rest.slice(0, effectLimits.alternativesMax), { kind: 'unknown', why: 'may be too many things' }]
      : rest;
  return rest.length === atoms.length ? kept : [{ kind: 'data', marks: bits }, ...kept];
}

let objectId = 0;

/** A new one, with nothing in it. */
export function newObject(isList = false): AbstractObject {
  objectId += 1;
  return { id: objectId, properties: new Map(), rest: [], isList };
}

/** A number for what is told apart by it. */
export function nextId(): number {
  lastId += 1;
  return lastId;
}

export function objectValue(object: AbstractObject): Value {
  return [{ kind: 'object', object }];
}

/** The one text that it is, if it is only that. */
export function textOf(value: Value): string | undefined {
  const [atom, ...others] = value;
  return others.length === 0 && atom?.kind === 'constant' && typeof atom.value === 'string' ? atom.value : undefined;
}

/** What the data in it were made of, as deep as it goes. */
export function marksOf(value: Value, depth = 6, seen: Set<AbstractObject> = new Set()): number {
  let bits = 0;
  for (const atom of value) {
    if ('marks' in atom) bits |= atom.marks;
    else if (atom.kind === 'outside' && depth > 0)
      for (const link of atom.links)
        for (const arg of link.kind === 'call' ? link.args : []) bits |= marksOf(arg, depth - 1, seen);
    else if (atom.kind === 'object' && depth > 0 && !seen.has(atom.object)) {
      seen.add(atom.object);
      for (const property of [...atom.object.properties.values(), atom.object.rest])
        bits |= marksOf(property, depth - 1, seen);
    }
  }
  return bits;
}
