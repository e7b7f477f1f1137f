import type { AnyNode } from 'acorn';
import { effectLimits } from '../model/limits.ts';
import { Frame } from '../values/frame.ts';
import {
  type AbstractClass,
  type AbstractFunction,
  type AbstractObject,
  constant,
  join,
  keyOfValue,
  newObject,
  nextId,
  objectValue,
  undefinedValue,
  type Value,
} from '../values/value.ts';
import type { Machine } from './machine.ts';

type Objects = Map<Frame, Map<object | string, AbstractObject>>;

/** What the same node makes in the same frame is the same, whenever it is come to. */
export class Made {
  readonly #objects = new Map<AnyNode, Objects>();
  readonly #functions = new Map<AnyNode, Map<Frame, AbstractFunction>>();
  readonly #classes = new Map<AnyNode, Map<Frame, AbstractClass>>();

  object(node: AnyNode, frame: Frame, of: object | string, isList: boolean): AbstractObject {
    const ofNode: Objects = within(this.#objects, node, () => new Map());
    const ofFrame: Map<object | string, AbstractObject> = within(ofNode, frame, () => new Map());
    return within(ofFrame, of, () => newObject(isList));
  }

  function(node: AbstractFunction['node'], frame: Frame, name: string): AbstractFunction {
    return within(
      within(this.#functions, node, () => new Map()),
      frame,
      () => ({
        id: nextId(),
        node,
        frame,
        name,
        home: frame.homeClass,
        properties: newObject(),
      }),
    );
  }

  class(
    node: AbstractClass['node'],
    frame: Frame,
    name: string,
    parent: Value,
  ): { readonly class: AbstractClass; readonly isNew: boolean } {
    const known = within<Frame, AbstractClass>(
      within(this.#classes, node, () => new Map()),
      frame,
      () => ({
        id: nextId(),
        node,
        frame,
        name,
        statics: newObject(),
        parent,
      }),
    );
    const isNew = known.parent === parent;
    if (isNew) return { class: known, isNew };
    const merged = { ...known, parent: join(known.parent, parent) };
    this.#classes.get(node)?.set(frame, merged);
    return { class: merged, isNew };
  }
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Beyond so many calls of one function with different arguments they are looked at together. */
const together = 'together';

/** The frame of a call: calls with the same arguments share one. */
export function frameOf(fn: AbstractFunction, self: Value, args: readonly Value[]): Frame {
  const key = [self, ...args].map(keyOfValue).join(' ; ');
  const contexts = within(fn.frame.contexts, fn.node, () => new Map<string, Frame>());
  const make = (): Frame => new Frame(fn.frame.module, fn.frame, true);
  const isFull = contexts.size >= effectLimits.contextsMax && !contexts.has(key);
  return within(contexts, isFull ? together : key, make);
}

/** Gives a frame its arguments, as parameters and otherwise. */
export function bindArguments(
  m: Machine,
  fn: AbstractFunction,
  frame: Frame,
  self: Value,
  args: readonly Value[],
  declare: (pattern: AnyNode, value: Value) => void,
): void {
  const isArrow = fn.node.type === 'ArrowFunctionExpression';
  if (!isArrow) {
    frame.self = join(frame.self ?? [], self);
    const list = m.objectAt(fn.node.body, frame, true);
    args.forEach((arg, index) => m.put(list, constant(String(index)), arg));
    frame.add('arguments', objectValue(list));
  }
  frame.home = fn.home ?? [];
  fn.node.params.forEach((param, index) => {
    if (param.type !== 'RestElement') return declare(param, args[index] ?? undefinedValue);
    const rest = m.objectAt(param, frame, true);
    args.slice(index).forEach((arg, at) => m.put(rest, constant(String(at)), arg));
    declare(param.argument, objectValue(rest));
  });
}
