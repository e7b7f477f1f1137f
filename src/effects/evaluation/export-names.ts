import type { AnyNode, Program } from 'acorn';
import { namesOf } from './patterns.ts';

/** The name in an import or export, which may be a text. */
export function nameIn(node: { type: string; name?: unknown; value?: unknown }): string {
  return String(node.type === 'Identifier' ? node.name : node.value);
}

/** Names that a module exports by itself. */
export function exportedNames({ body }: Program): readonly string[] {
  return body.flatMap((node) => {
    if (node.type === 'ExportDefaultDeclaration') return ['default'];
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const declared =
      declaration?.type === 'VariableDeclaration'
        ? declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
        : declaration?.id
          ? [declaration.id.name]
          : [];
    return [...declared, ...node.specifiers.map(({ exported }) => nameIn(exported))];
  });
}

/** Whether a declaration is one of this name. */
export function declares(node: AnyNode, name: string): boolean {
  if (node.type === 'VariableDeclaration') return node.declarations.some(({ id }) => namesOf(id).includes(name));
  return (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id?.name === name;
}
