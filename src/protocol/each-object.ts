/**
 * Calls `look` once with each object in a value that V8 has serialized (so there are no functions, proxies and the like in it),
 * and with what is directly inside. The memory of a view is not in it unless it also is there by itself.
 */
export function eachObject(value: unknown, look: (object: object, inside: readonly unknown[]) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const seen = new Set<object>([value]);
  const left: object[] = [value];
  for (let object = left.pop(); object !== undefined; object = left.pop()) {
    const inside = insideOf(object);
    look(object, inside);
    for (const inner of inside) {
      if (typeof inner !== 'object' || inner === null || seen.has(inner)) continue;
      seen.add(inner);
      left.push(inner);
    }
  }
}

function insideOf(object: object): readonly unknown[] {
  if (ArrayBuffer.isView(object)) return [];
  if (object instanceof Map) return [...object.keys(), ...object.values()];
  if (object instanceof Set) return [...object];
  if (object instanceof Error) return [object.cause];
  return Array.isArray(object) ? object : Object.values(object);
}
