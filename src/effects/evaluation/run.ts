import type { AnyNode } from 'acorn';
import type { CodeFiles } from '../code/code-files.ts';
import type { Declarations } from '../facts/declarations.ts';
import { effectLimits } from '../model/limits.ts';
import { describeCall, isKnownPackage } from '../operations/describe.ts';
import { type Described } from '../operations/draft.ts';
import { environmentDraft } from '../operations/platform.ts';
import { Frame } from '../values/frame.ts';
import {
  type AbstractClass,
  type AbstractFunction,
  type AbstractObject,
  type Atom,
  constant,
  data,
  join,
  undefinedValue,
  unknown,
  type Value,
} from '../values/value.ts';
import { call, type Calls, callMember, construct } from './calls.ts';
import { bindArguments, frameOf, Made } from './contexts.ts';
import { defineClass, defineFunction, processorMs, resultOf } from './definitions.ts';
import { evaluate } from './expressions.ts';
import { Findings } from './findings.ts';
import { callLanguage } from './language.ts';
import type { Machine, Site } from './machine.ts';
import { environmentNames, member, put, setMember } from './members.ts';
import type { Module } from './module.ts';
import { Modules, TooLargeError } from './modules.ts';
import { declare } from './patterns.ts';
import { execute, hoist } from './statements.ts';

/**
 * One analysis of a function's code. Modules, variables and objects only ever come to have more in them, and all of it is gone through until there
 * is nothing new, so that what is found does not depend on the order in which code runs.
 */
export class Run implements Machine, Calls {
  readonly findings: Findings;
  readonly #declarations: Declarations;
  readonly #made = new Made();
  readonly #modules: Modules;
  #pass = 1;
  #isChanged = false;
  #steps = 0;
  readonly #startedMs = processorMs();

  constructor(code: CodeFiles, declarations: Declarations) {
    this.#declarations = declarations;
    this.findings = new Findings();
    this.#modules = new Modules({
      code,
      machine: this,
      knows: (name) => isKnownPackage(name, declarations),
      problem: (words, path) => this.findings.problem(words, path),
    });
  }

  /** Goes through all that `begin` leads to, again and again until nothing new is found. Throws TooLargeError. */
  toTheEnd(begin: () => void): void {
    for (; this.#pass <= effectLimits.passesMax; this.#pass++) {
      this.#isChanged = false;
      this.#modules.again();
      begin();
      if (!this.#isChanged) return;
    }
    throw new TooLargeError(`what its code may do was not all found in ${effectLimits.passesMax} rounds`);
  }

  changed(): void {
    this.#isChanged = true;
  }

  #step(): void {
    this.#steps += 1;
    if (this.#steps % 256 === 0 && processorMs() - this.#startedMs > effectLimits.processorMsMax)
      throw new TooLargeError(`it takes more than ${effectLimits.processorMsMax / 1_000} seconds`);
    if (this.#steps > effectLimits.stepsMax)
      throw new TooLargeError(`it has more than ${effectLimits.stepsMax.toLocaleString('en-US')} steps`);
  }

  evaluate(node: AnyNode, frame: Frame): Value {
    this.#step();
    return evaluate(this, node, frame);
  }

  execute(node: AnyNode, frame: Frame): void {
    this.#step();
    execute(this, node, frame);
  }

  call(callee: Value, self: Value, args: readonly Value[], site: Site): Value {
    return call(this, this, callee, self, args, site);
  }

  construct(callee: Value, args: readonly Value[], site: Site): Value {
    return construct(this, this, callee, args, site);
  }

  callMember(object: Value, key: Value, args: readonly Value[], site: Site): Value {
    return callMember(this, this, object, key, args, site);
  }

  member(object: Value, key: Value, site: Site): Value {
    const found = member(this, object, key, site);
    const variables = environmentNames(object, key);
    if (variables === undefined) return found;
    for (const name of variables) this.findings.note(environmentDraft(name), site);
    const known = variables.map((name) => this.#declarations.environment[name]);
    return join(...known.map((text) => (text === undefined ? data : constant(text))));
  }

  put(object: AbstractObject, key: Value, value: Value): void {
    put(this, object, key, value);
  }

  setMember(object: Value, key: Value, value: Value, site: Site): void {
    setMember(this, object, key, value, site);
  }

  lookup(name: string, frame: Frame): Value {
    const owner = frame.owner(name);
    if (owner !== undefined) return owner.variables.get(name) ?? [];
    return (
      frame.module.outer(name) ?? (name === 'undefined' ? undefinedValue : unknown(`is \`${name}\`, which is nowhere`))
    );
  }

  objectAt(node: AnyNode, frame: Frame, isList = false): AbstractObject {
    return this.#made.object(node, frame, isList ? 'list' : 'object', isList);
  }

  instanceAt(node: AnyNode, frame: Frame, of: AbstractClass | AbstractFunction): AbstractObject {
    return this.#made.object(node, frame, of.node, false);
  }

  functionAt(node: AnyNode, frame: Frame, name = ''): Value {
    return defineFunction(this.#made, node, frame, name);
  }

  classAt(node: AnyNode, frame: Frame, name = ''): Value {
    return defineClass(this, this.#made, node, frame, name);
  }

  blockFrame(node: AnyNode, frame: Frame): Frame {
    const known = frame.blocks.get(node);
    if (known !== undefined) return known;
    const made = new Frame(frame.module, frame, false);
    frame.blocks.set(node, made);
    return made;
  }

  invoke(fn: AbstractFunction, self: Value, args: readonly Value[], site: Site): Value {
    const given = fn.bound === undefined ? args : [...fn.bound, ...args];
    const frame = frameOf(fn, self, given);
    if (frame.isRunning || frame.pass === this.#pass) return resultOf(this, fn, frame);
    if (this.findings.depth >= effectLimits.depthMax)
      return this.unresolved(`calls ${fn.name || 'a function'} deeper than ${effectLimits.depthMax} calls`, site);
    frame.isRunning = true;
    frame.pass = this.#pass;
    this.findings.enter(fn.name, site);
    try {
      bindArguments(this, fn, frame, self, given, (pattern, value) => declare(this, pattern, value, frame));
      const { body } = fn.node;
      if (body.type === 'BlockStatement') {
        hoist(this, body.body, frame);
        for (const statement of body.body) this.execute(statement, frame);
      } else {
        const before = frame.result;
        frame.result = join(before, this.evaluate(body, frame));
        if (frame.result !== before) this.changed();
      }
    } finally {
      this.findings.leave();
      frame.isRunning = false;
    }
    return resultOf(this, fn, frame);
  }

  outside(atom: Extract<Atom, { kind: 'outside' }>, args: readonly Value[], site: Site): Value {
    const built = callLanguage(this, atom, args, site);
    if (built !== undefined) return built;
    const described = describeCall(atom, args, this.#declarations);
    for (const effect of described.effects) this.findings.note(effect, site);
    const given = this.#callBack(described, args, site);
    if (described.isStep === true) return join(data, given);
    return described.gives ?? [{ ...atom, links: [...atom.links, { kind: 'call', args }] }];
  }

  #callBack({ callsBack, isStep }: Described, args: readonly Value[], site: Site): Value {
    if (callsBack === undefined) return [];
    if (isStep !== true) return this.handOut(args, callsBack, site);
    return this.findings.inStep(() => this.handOut(args, callsBack, site));
  }

  handOut(values: readonly Value[], args: readonly Value[], site: Site, depth = 3): Value {
    return join(
      ...values.flat().map((atom): Value => {
        if (atom.kind === 'function') return this.invoke(atom.fn, atom.fn.self ?? [], args, site);
        if (atom.kind !== 'object' || depth === 0) return [];
        const { properties, rest } = atom.object;
        this.handOut(
          [...properties.values(), rest].map((each) =>
            each.filter((one) => one.kind === 'function' || one.kind === 'object'),
          ),
          args,
          site,
          depth - 1,
        );
        return [];
      }),
    );
  }

  /** A module of the code; a text: why there is none. Throws TooLargeError. */
  open(path: string): Module | string {
    return this.#modules.open(path);
  }

  unresolved(words: string, site: Site): Value {
    this.findings.unresolved(words, site);
    return unknown('came of what is not known');
  }

  importModule(specifier: Value, site: Site): Value {
    const load = (): Value => this.unresolved('loads a module whose name only running it would tell', site);
    return this.#modules.importedBy(site.frame.module.path, specifier, load);
  }
}
