import type { AnyNode } from 'acorn';
import type { Frame } from '../values/frame.ts';
import { type Atom, constant, join, type Value } from '../values/value.ts';
import type { Machine } from './machine.ts';

/** Names that a pattern declares. */
export function namesOf(pattern: AnyNode): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)));
    case 'RestElement':
      return namesOf(pattern.argument);
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    default:
      return [];
  }
}

function keyOf(m: Machine, property: { readonly computed: boolean }, key: AnyNode, frame: Frame): Value {
  return !property.computed && key.type === 'Identifier' ? constant(key.name) : m.evaluate(key, frame);
}

function isGiven(atom: Atom): boolean {
  return atom.kind !== 'constant' || atom.value !== undefined;
}

/** Gives a value to all that stands on the left of it. */
export function assign(m: Machine, target: AnyNode, value: Value, frame: Frame): void {
  const site = { node: target, frame };
  switch (target.type) {
    case 'Identifier': {
      const owner = frame.owner(target.name) ?? root(frame);
      if (owner.add(target.name, value)) m.changed();
      return;
    }
    case 'MemberExpression': {
      if (target.object.type === 'Super') return;
      const key =
        target.property.type === 'PrivateIdentifier'
          ? constant(`#${target.property.name}`)
          : keyOf(m, target, target.property, frame);
      m.setMember(m.evaluate(target.object, frame), key, value, site);
      return;
    }
    case 'ObjectPattern':
      for (const property of target.properties) {
        if (property.type === 'RestElement') assign(m, property.argument, value, frame);
        else assign(m, property.value, m.member(value, keyOf(m, property, property.key, frame), site), frame);
      }
      return;
    case 'ArrayPattern':
      target.elements.forEach((element, index) => {
        if (element === null) return;
        if (element.type === 'RestElement') assign(m, element.argument, value, frame);
        else assign(m, element, m.member(value, constant(String(index)), site), frame);
      });
      return;
    case 'AssignmentPattern':
      assign(m, target.left, join(value.filter(isGiven), m.evaluate(target.right, frame)), frame);
      return;
    case 'RestElement':
      assign(m, target.argument, value, frame);
      return;
    default:
      m.evaluate(target, frame);
  }
}

function root(frame: Frame): Frame {
  return frame.parent === undefined ? frame : root(frame.parent);
}

/** Declares what a pattern names, and gives it a value where there is one. */
export function declare(m: Machine, pattern: AnyNode, value: Value | undefined, frame: Frame): void {
  for (const name of namesOf(pattern)) if (!frame.variables.has(name)) frame.variables.set(name, []);
  if (value !== undefined) assign(m, pattern, value, frame);
}
