import type { AnyNode } from 'acorn';
import type { Frame } from '../values/frame.ts';
import type { AbstractObject, Value } from '../values/value.ts';

/** Where something happens: a node of the syntax, seen from a frame. */
export interface Site {
  readonly node: AnyNode;
  readonly frame: Frame;
}

/**
 * What parts of the interpreter need of each other. Code is read abstractly: each expression gives all that it may be, all branches are
 * taken, and what is called outside of the code is noted where it happens. `run.ts` puts it together.
 */
export interface Machine {
  evaluate(node: AnyNode, frame: Frame): Value;
  execute(node: AnyNode, frame: Frame): void;
  /** Calls whatever it may be. */
  call(callee: Value, self: Value, args: readonly Value[], site: Site): Value;
  construct(callee: Value, args: readonly Value[], site: Site): Value;
  callMember(object: Value, key: Value, args: readonly Value[], site: Site): Value;
  member(object: Value, key: Value, site: Site): Value;
  setMember(object: Value, key: Value, value: Value, site: Site): void;
  lookup(name: string, frame: Frame): Value;
  /** What an import by this name gives: a module's exports, together. */
  importModule(specifier: Value, site: Site): Value;
  /** The object, or list, that this node makes in this frame. */
  objectAt(node: AnyNode, frame: Frame, isList?: boolean): AbstractObject;
  functionAt(node: AnyNode, frame: Frame, name?: string): Value;
  classAt(node: AnyNode, frame: Frame, name?: string): Value;
  blockFrame(node: AnyNode, frame: Frame): Frame;
  /** What is handed to code that is not looked at may be called by it. */
  handOut(values: readonly Value[], args: readonly Value[], site: Site): Value;
  /** Something was called of which nobody knows what it does. */
  unresolved(words: string, site: Site): Value;
  /** Something was learnt that may change what was read before. */
  changed(): void;
  /** Puts an object's property, or adds to what it may be. */
  put(object: AbstractObject, key: Value, value: Value): void;
}
