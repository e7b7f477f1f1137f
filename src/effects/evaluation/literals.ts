import type { AnyNode } from 'acorn';
import type { Frame } from '../values/frame.ts';
import { constant, data, join, marked, marksOf, objectValue, unknown, type Value } from '../values/value.ts';
import { callImplicitly, isImplicit } from './implicit.ts';
import type { Machine } from './machine.ts';
import { concat } from './text.ts';

type Of<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>;

/** What stands in brackets, or behind the dot. */
export function keyValue(m: Machine, node: { readonly computed?: boolean }, key: AnyNode, frame: Frame): Value {
  if (key.type === 'PrivateIdentifier') return constant(`#${key.name}`);
  if (node.computed !== true && key.type === 'Identifier') return constant(key.name);
  return m.evaluate(key, frame);
}

/** What is in a list, map or whatever else can be gone through. */
export function elementsOf(value: Value): Value {
  return join(
    ...value.map((atom): Value => {
      if (atom.kind === 'object') return join(...atom.object.properties.values(), atom.object.rest);
      if (atom.kind === 'constant' || atom.kind === 'text' || atom.kind === 'data') return marked(marksOf([atom]));
      if (atom.kind === 'outside') return data;
      return unknown('is an element of what is not known');
    }),
  );
}

/** `{ … }` */
export function objectLiteral(m: Machine, node: Of<'ObjectExpression'>, frame: Frame): Value {
  const made = m.objectAt(node, frame);
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      for (const atom of m.evaluate(property.argument, frame))
        if (atom.kind === 'object') {
          for (const [name, value] of atom.object.properties) m.put(made, constant(name), value);
          m.put(made, data, atom.object.rest);
        } else if (atom.kind !== 'constant')
          m.put(
            made,
            data,
            atom.kind === 'data' || atom.kind === 'text' ? [atom] : unknown('came from what is not known'),
          );
      continue;
    }
    const key = keyValue(m, property, property.key, frame);
    const [name] = key;
    const called = name?.kind === 'constant' ? String(name.value) : '';
    const isFunction =
      property.value.type === 'FunctionExpression' || property.value.type === 'ArrowFunctionExpression';
    const value = isFunction ? m.functionAt(property.value, frame, called) : m.evaluate(property.value, frame);
    if (isFunction && isImplicit(property))
      callImplicitly(m, value, objectValue(made), { node: property.value, frame });
    // A getter is asked when its object is made: whoever reads it later has what it gave.
    m.put(
      made,
      key,
      property.kind === 'get' ? m.call(value, objectValue(made), [], { node: property.value, frame }) : value,
    );
  }
  return objectValue(made);
}

/** `[ … ]` */
export function arrayLiteral(m: Machine, node: Of<'ArrayExpression'>, frame: Frame): Value {
  const made = m.objectAt(node, frame, true);
  let exact = true;
  node.elements.forEach((element, index) => {
    if (element === null) return;
    if (element.type === 'SpreadElement') {
      exact = false;
      m.put(made, data, elementsOf(m.evaluate(element.argument, frame)));
    } else m.put(made, exact && index < 32 ? constant(String(index)) : data, m.evaluate(element, frame));
  });
  return objectValue(made);
}

/** `` `…` `` */
export function template(m: Machine, node: Of<'TemplateLiteral'>, frame: Frame): Value {
  let value = constant(node.quasis[0]?.value.cooked ?? '');
  node.expressions.forEach((expression, index) => {
    value = concat(value, m.evaluate(expression, frame));
    value = concat(value, constant(node.quasis[index + 1]?.value.cooked ?? ''));
  });
  return value;
}

/** A number, text or the like. */
export function literal({ value, ...node }: Of<'Literal'>): Value {
  if ('regex' in node || typeof value === 'bigint') return data;
  return typeof value === 'object' && value !== null ? data : constant(value);
}
