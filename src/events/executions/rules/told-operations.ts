import { isOver, type Operation } from '../../../model/executions/operation.ts';

/**
 * The operations that code which runs anew has to be told, in their order. What is inside a context that has ended is not needed any more: its
 * result is told instead, unless it says that its operations are needed.
 */
export function toldOperations(operations: Iterable<Operation>): readonly Operation[] {
  const left = new Set<string>();
  const contexts = new Map<string, Operation>();
  const told: Operation[] = [];
  for (const operation of [...operations].toSorted((a, b) => a.place - b.place)) {
    if (operation.type === 'CONTEXT') contexts.set(operation.id, operation);
    const parent = operation.parentId === undefined ? undefined : contexts.get(operation.parentId);
    const hidden = parent !== undefined && (left.has(parent.id) || (isOver(parent) && parent.replayChildren !== true));
    if (hidden) left.add(operation.id);
    else told.push(operation);
  }
  return told;
}

/** Those that have changed since the function was told of them, in the order of their changes. */
export function unseen(operations: Iterable<Operation>, seen: number): readonly Operation[] {
  return [...operations].filter(({ change }) => change > seen).toSorted((a, b) => a.change - b.change);
}
