import { join, type Value } from './value.ts';

/** What a module's code may see of it beside its variables. */
export interface ModuleOfFrame {
  readonly path: string;
  /** The value of a name that it imports, or that the platform has; undefined for none. */
  outer(name: string): Value | undefined;
}

/** The variables of a function, block or module, in one context. They only ever come to be more, so that the order in which code is read does not matter. */
export class Frame {
  readonly variables: Map<string, Value> = new Map();
  readonly parent: Frame | undefined;
  readonly module: ModuleOfFrame;
  /** What `this` is; undefined where that is the parent's. */
  self: Value | undefined;
  /** What a function gives, and what a generator yields. */
  result: Value = [];
  yields: Value = [];
  /** Whether it is a function's, and not a block's. */
  readonly ofFunction: boolean;
  /** Frames of blocks in it. */
  readonly blocks: Map<object, Frame> = new Map();
  /** Frames of calls of functions in it, by their nodes and arguments. */
  readonly contexts: Map<object, Map<string, Frame>> = new Map();
  /** The pass in which it was last gone through, and whether it is being gone through now. */
  pass = 0;
  isRunning = false;
  /** The class whose method this is, for `super`. */
  home: Value = [];

  constructor(module: ModuleOfFrame, parent: Frame | undefined, ofFunction: boolean) {
    this.module = module;
    this.parent = parent;
    this.ofFunction = ofFunction;
  }

  /** The frame that has a variable of this name. */
  owner(name: string): Frame | undefined {
    if (this.variables.has(name)) return this;
    return this.parent?.owner(name);
  }

  /** The function, or module, that it is in. */
  get function(): Frame {
    return this.ofFunction || this.parent === undefined ? this : this.parent.function;
  }

  get this(): Value {
    return this.self ?? this.parent?.this ?? [];
  }

  get homeClass(): Value {
    return this.home.length > 0 ? this.home : (this.parent?.homeClass ?? []);
  }

  /** Gives whether it was new. */
  add(name: string, value: Value): boolean {
    const before = this.variables.get(name) ?? [];
    const after = join(before, value);
    this.variables.set(name, after);
    return after.length !== before.length || after !== before;
  }
}
