import type { AnyNode } from 'acorn';
import { Frame } from '../values/frame.ts';
import { data, join, objectValue, type AbstractFunction, type Value } from '../values/value.ts';
import type { Made } from './contexts.ts';
import { keyValue } from './literals.ts';
import type { Machine } from './machine.ts';

/** The function that a node is, in a frame. */
export function defineFunction(made: Made, node: AnyNode, frame: Frame, name: string): Value {
  if (
    node.type !== 'FunctionExpression' &&
    node.type !== 'ArrowFunctionExpression' &&
    node.type !== 'FunctionDeclaration'
  )
    return data;
  const called = node.type !== 'ArrowFunctionExpression' && node.id ? node.id.name : name;
  const fn = made.function(node, frame, called);
  // Of a function that names itself.
  if (node.type === 'FunctionExpression' && node.id && frame.owner(node.id.name) === undefined)
    frame.add(node.id.name, [{ kind: 'function', fn }]);
  return [{ kind: 'function', fn }];
}

/** The class that a node is, in a frame; what is static of it is done. */
export function defineClass(m: Machine, made: Made, node: AnyNode, frame: Frame, name: string): Value {
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return data;
  const parent = node.superClass ? m.evaluate(node.superClass, frame) : [];
  const { class: owner } = made.class(node, frame, node.id?.name ?? name, parent);
  const value: Value = [{ kind: 'class', class: owner }];
  const inner = m.blockFrame(node, frame);
  if (node.id) inner.add(node.id.name, value);
  for (const each of node.body.body) {
    const within = new Frame(frame.module, inner, false);
    within.self = value;
    if (each.type === 'StaticBlock') for (const statement of each.body) m.execute(statement, within);
    if (each.type === 'PropertyDefinition' && each.static && each.value)
      m.put(owner.statics, keyValue(m, each, each.key, within), m.evaluate(each.value, within));
  }
  return value;
}

/** What this thread has used of a processor: a loaded machine finds as much as an idle one. */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** What a call gives: of a generator, what it yields. */
export function resultOf(m: Machine, fn: AbstractFunction, frame: Frame): Value {
  if (!fn.node.generator || frame.yields.length === 0) return frame.result;
  const list = m.objectAt(fn.node, frame, true);
  m.put(list, data, frame.yields);
  return join(objectValue(list), frame.result);
}
