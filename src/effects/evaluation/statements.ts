import type { AnyNode } from 'acorn';
import type { Frame } from '../values/frame.ts';
import { data, join, undefinedValue, type Value } from '../values/value.ts';
import { elementsOf } from './literals.ts';
import type { Machine } from './machine.ts';
import { assign, declare } from './patterns.ts';

type Of<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>;

/** What is declared anywhere in a block is there from its beginning. */
export function hoist(m: Machine, statements: readonly AnyNode[], frame: Frame): void {
  for (const statement of statements) {
    const node =
      (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') &&
      statement.declaration !== null &&
      statement.declaration !== undefined
        ? statement.declaration
        : statement;
    if (node.type === 'FunctionDeclaration' && node.id !== null) {
      declare(m, node.id, undefined, frame);
      if (frame.add(node.id.name, m.functionAt(node, frame, node.id.name))) m.changed();
    } else if (node.type === 'VariableDeclaration')
      for (const { id } of node.declarations) declare(m, id, undefined, node.kind === 'var' ? frame.function : frame);
    else if (node.type === 'ClassDeclaration' && node.id !== null) declare(m, node.id, undefined, frame);
  }
}

function block(m: Machine, statements: readonly AnyNode[], frame: Frame): void {
  hoist(m, statements, frame);
  for (const statement of statements) m.execute(statement, frame);
}

/** Variables and their values. */
function variables(m: Machine, node: Of<'VariableDeclaration'>, frame: Frame): void {
  const owner = node.kind === 'var' ? frame.function : frame;
  for (const { id, init } of node.declarations) {
    declare(m, id, undefined, owner);
    if (init === null || init === undefined) continue;
    const named = id.type === 'Identifier' ? id.name : undefined;
    const isFunction = init.type === 'ArrowFunctionExpression' || init.type === 'FunctionExpression';
    const value = isFunction
      ? m.functionAt(init, frame, named)
      : init.type === 'ClassExpression'
        ? m.classAt(init, frame, named)
        : m.evaluate(init, frame);
    assign(m, id, value, frame);
  }
}

function loopOver(m: Machine, node: Of<'ForInStatement'> | Of<'ForOfStatement'>, frame: Frame): void {
  const inner = m.blockFrame(node, frame);
  const value = m.evaluate(node.right, inner);
  const each: Value = node.type === 'ForInStatement' ? data : elementsOf(value);
  if (node.left.type === 'VariableDeclaration')
    for (const { id } of node.left.declarations) {
      declare(m, id, undefined, node.left.kind === 'var' ? frame.function : inner);
      assign(m, id, each, inner);
    }
  else assign(m, node.left, each, inner);
  m.execute(node.body, inner);
}

function loop(m: Machine, node: Of<'ForStatement'>, frame: Frame): void {
  const inner = m.blockFrame(node, frame);
  if (node.init?.type === 'VariableDeclaration') m.execute(node.init, inner);
  else if (node.init) m.evaluate(node.init, inner);
  if (node.test) m.evaluate(node.test, inner);
  m.execute(node.body, inner);
  if (node.update) m.evaluate(node.update, inner);
}

function attempt(m: Machine, node: Of<'TryStatement'>, frame: Frame): void {
  m.execute(node.block, frame);
  if (node.handler) {
    const inner = m.blockFrame(node.handler, frame);
    if (node.handler.param) declare(m, node.handler.param, data, inner);
    m.execute(node.handler.body, inner);
  }
  if (node.finalizer) m.execute(node.finalizer, frame);
}

function choose(m: Machine, node: Of<'SwitchStatement'>, frame: Frame): void {
  m.evaluate(node.discriminant, frame);
  const inner = m.blockFrame(node, frame);
  for (const { consequent } of node.cases) hoist(m, consequent, inner);
  for (const { test, consequent } of node.cases) {
    if (test) m.evaluate(test, inner);
    for (const statement of consequent) m.execute(statement, inner);
  }
}

/** Does what a statement may do, whichever way it goes. */
export function execute(m: Machine, node: AnyNode, frame: Frame): void {
  switch (node.type) {
    case 'ExpressionStatement':
      return void m.evaluate(node.expression, frame);
    case 'VariableDeclaration':
      return variables(m, node, frame);
    case 'ReturnStatement': {
      const value = node.argument ? m.evaluate(node.argument, frame) : undefinedValue;
      const owner = frame.function;
      const before = owner.result;
      owner.result = join(before, value);
      if (owner.result !== before) m.changed();
      return;
    }
    case 'BlockStatement':
      return block(m, node.body, m.blockFrame(node, frame));
    case 'IfStatement':
      m.evaluate(node.test, frame);
      m.execute(node.consequent, frame);
      if (node.alternate) m.execute(node.alternate, frame);
      return;
    case 'ForOfStatement':
    case 'ForInStatement':
      return loopOver(m, node, frame);
    case 'ForStatement':
      return loop(m, node, frame);
    case 'WhileStatement':
    case 'DoWhileStatement':
      m.evaluate(node.test, frame);
      return m.execute(node.body, frame);
    case 'TryStatement':
      return attempt(m, node, frame);
    case 'SwitchStatement':
      return choose(m, node, frame);
    case 'ThrowStatement':
      return void m.evaluate(node.argument, frame);
    case 'LabeledStatement':
      return m.execute(node.body, frame);
    case 'ClassDeclaration':
      if (node.id !== null && frame.add(node.id.name, m.classAt(node, frame, node.id.name))) m.changed();
      return;
    case 'WithStatement':
      m.unresolved('has a `with` statement, in which names mean what only running it tells', { node, frame });
      return m.execute(node.body, frame);
    // Functions are there already; imports and exports are the module's.
    default:
  }
}
