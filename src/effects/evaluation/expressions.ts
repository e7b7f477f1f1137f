import type { AnyNode, CallExpression, MemberExpression, NewExpression } from 'acorn';
import type { Frame } from '../values/frame.ts';
import {
  constant,
  data,
  join,
  marked,
  marksOf,
  outside,
  undefinedValue,
  unknown,
  type Value,
} from '../values/value.ts';
import { arrayLiteral, elementsOf, keyValue, literal, objectLiteral, template } from './literals.ts';
import type { Machine } from './machine.ts';
import { assign } from './patterns.ts';
import { concat } from './text.ts';

type Of<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>;

/** What code finds as the place where it lies. */
export const codeFolder = '/var/task';

function member(m: Machine, node: MemberExpression, frame: Frame): Value {
  if (node.object.type === 'MetaProperty') return metaMember(node);
  const object = node.object.type === 'Super' ? superObject(frame) : m.evaluate(node.object, frame);
  return m.member(object, keyValue(m, node, node.property, frame), { node, frame });
}

function metaMember(node: MemberExpression): Value {
  const name = node.property.type === 'Identifier' ? node.property.name : '';
  if (name === 'resolve') return outside('global', [{ kind: 'member', name: 'String' }]);
  const prefix = name === 'url' ? `file://${codeFolder}/` : `${codeFolder}/`;
  return [{ kind: 'text', prefix, marks: 0 }];
}

/** What `super.name` is looked for in: the class above that of the method. */
function superObject(frame: Frame): Value {
  return join(...frame.homeClass.map((atom) => (atom.kind === 'class' ? atom.class.parent : [])));
}

/** Arguments, of which a spread one counts as all that is in it. */
export function argumentsOf(m: Machine, nodes: readonly AnyNode[], frame: Frame): readonly Value[] {
  return nodes.flatMap((node) => {
    if (node.type !== 'SpreadElement') return [m.evaluate(node, frame)];
    const value = m.evaluate(node.argument, frame);
    const [atom, ...others] = value;
    if (others.length > 0 || atom?.kind !== 'object' || !atom.object.isList)
      return [elementsOf(value), elementsOf(value)];
    const { properties, rest } = atom.object;
    const known = [...properties].filter(([key]) => /^\d+$/.test(key)).map(([, each]) => each);
    return rest.length > 0 || known.length === 0 ? [...known, rest.length > 0 ? rest : data] : known;
  });
}

function call(m: Machine, node: CallExpression, frame: Frame): Value {
  const { callee } = node;
  const site = { node, frame };
  const args = argumentsOf(m, node.arguments, frame);
  if (callee.type === 'Super') {
    for (const atom of frame.homeClass) if (atom.kind === 'class') m.call(atom.class.parent, frame.this, args, site);
    return frame.this;
  }
  if (callee.type !== 'MemberExpression') return m.call(m.evaluate(callee, frame), undefinedValue, args, site);
  const key = keyValue(m, callee, callee.property, frame);
  if (callee.object.type === 'MetaProperty') return data;
  if (callee.object.type === 'Super') return m.call(m.member(superObject(frame), key, site), frame.this, args, site);
  return m.callMember(m.evaluate(callee.object, frame), key, args, site);
}

function construct(m: Machine, node: NewExpression, frame: Frame): Value {
  return m.construct(m.evaluate(node.callee, frame), argumentsOf(m, node.arguments, frame), { node, frame });
}

function binary(m: Machine, node: Of<'BinaryExpression'>, frame: Frame): Value {
  const left = node.left.type === 'PrivateIdentifier' ? data : m.evaluate(node.left, frame);
  const right = m.evaluate(node.right, frame);
  return node.operator === '+' ? concat(left, right) : marked(marksOf(left, 1) | marksOf(right, 1));
}

/** What a function is called that has no name of its own: as what it is put into. */
function nameOfTarget(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : undefined;
}

function assignment(m: Machine, node: Of<'AssignmentExpression'>, frame: Frame): Value {
  const isFunction = node.right.type === 'FunctionExpression' || node.right.type === 'ArrowFunctionExpression';
  const right = isFunction ? m.functionAt(node.right, frame, nameOfTarget(node.left)) : m.evaluate(node.right, frame);
  if (node.operator === '=' || /^(\?\?|\|\||&&)=$/.test(node.operator)) {
    assign(m, node.left, right, frame);
    return node.operator === '=' ? right : join(m.evaluate(node.left, frame), right);
  }
  const left = m.evaluate(node.left, frame);
  // It may be done again and again: only the beginning of a text stays as it is.
  const bits = marksOf(right, 1);
  const value = node.operator === '+=' ? concat(left, marked(bits)) : marked(marksOf(left, 1) | bits);
  assign(m, node.left, value, frame);
  return value;
}

function tagged(m: Machine, node: Of<'TaggedTemplateExpression'>, frame: Frame): Value {
  const text = node.quasi.quasis.map(({ value }) => value.cooked ?? '').join(' $? ');
  const args = [constant(text), ...node.quasi.expressions.map((each) => m.evaluate(each, frame))];
  const site = { node, frame };
  if (node.tag.type === 'MemberExpression')
    return m.callMember(
      m.evaluate(node.tag.object, frame),
      keyValue(m, node.tag, node.tag.property, frame),
      args,
      site,
    );
  return m.call(m.evaluate(node.tag, frame), undefinedValue, args, site);
}

function yielded(m: Machine, node: Of<'YieldExpression'>, frame: Frame): Value {
  const value =
    node.argument === null || node.argument === undefined ? undefinedValue : m.evaluate(node.argument, frame);
  const owner = frame.function;
  owner.yields = join(owner.yields, node.delegate ? elementsOf(value) : value);
  return join(value, data);
}

function unary(m: Machine, node: Of<'UnaryExpression'>, frame: Frame): Value {
  const value = m.evaluate(node.argument, frame);
  if (node.operator === 'void') return undefinedValue;
  return marked(node.operator === 'typeof' ? 0 : marksOf(value, 1));
}

function conditional(m: Machine, node: Of<'ConditionalExpression'>, frame: Frame): Value {
  m.evaluate(node.test, frame);
  return join(m.evaluate(node.consequent, frame), m.evaluate(node.alternate, frame));
}

/** All that an expression may be; what it does on the way is noted. */
export function evaluate(m: Machine, node: AnyNode, frame: Frame): Value {
  switch (node.type) {
    case 'Literal':
      return literal(node);
    case 'TemplateLiteral':
      return template(m, node, frame);
    case 'Identifier':
      return m.lookup(node.name, frame);
    case 'ThisExpression':
      return frame.this;
    case 'MemberExpression':
      return member(m, node, frame);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return m.evaluate(node.expression, frame);
    case 'CallExpression':
      return call(m, node, frame);
    case 'NewExpression':
      return construct(m, node, frame);
    case 'ObjectExpression':
      return objectLiteral(m, node, frame);
    case 'ArrayExpression':
      return arrayLiteral(m, node, frame);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return m.functionAt(node, frame);
    case 'ClassExpression':
      return m.classAt(node, frame);
    case 'AwaitExpression':
      return m.evaluate(node.argument, frame);
    case 'YieldExpression':
      return yielded(m, node, frame);
    case 'BinaryExpression':
      return binary(m, node, frame);
    case 'LogicalExpression':
      return join(m.evaluate(node.left, frame), m.evaluate(node.right, frame));
    case 'ConditionalExpression':
      return conditional(m, node, frame);
    case 'AssignmentExpression':
      return assignment(m, node, frame);
    case 'UpdateExpression': {
      const value = marked(marksOf(m.evaluate(node.argument, frame), 1));
      assign(m, node.argument, value, frame);
      return value;
    }
    case 'UnaryExpression':
      return unary(m, node, frame);
    case 'SequenceExpression':
      return node.expressions.map((each) => m.evaluate(each, frame)).at(-1) ?? undefinedValue;
    case 'TaggedTemplateExpression':
      return tagged(m, node, frame);
    case 'ImportExpression':
      return m.importModule(m.evaluate(node.source, frame), { node, frame });
    case 'MetaProperty':
      return data;
    default:
      return unknown(`is a ${node.type}`);
  }
}
