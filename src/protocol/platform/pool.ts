import { eachObject } from '../each-object.ts';

// Small Buffers of Node's share a pool, and a clone of one has the whole pool: within a process that is nothing, but elsewhere
// nobody must see what else this program keeps there.

/** Whether this is a part of what has the size of Node's pool. */
export function isPooled(object: object): boolean {
  return (
    object instanceof Uint8Array &&
    object.byteLength < object.buffer.byteLength &&
    object.buffer.byteLength === Buffer.poolSize
  );
}

/** Puts zeros where the pools in a clone have what no view in it shows. Memory that is in the clone by itself stays as it is. */
export function forgetOthers(clone: unknown): void {
  const pools = new Set<ArrayBufferLike>();
  const shown = new Map<ArrayBufferLike, Uint8Array[]>();
  const whole = new Set<object>();
  eachObject(clone, (object) => {
    if (object instanceof ArrayBuffer) whole.add(object);
    if (!ArrayBuffer.isView(object)) return;
    const { buffer, byteOffset, byteLength } = object;
    if (isPooled(object)) pools.add(buffer);
    const parts = shown.get(buffer) ?? [];
    shown.set(buffer, [...parts, new Uint8Array(buffer, byteOffset, byteLength)]);
  });
  for (const pool of pools) {
    if (whole.has(pool)) continue;
    const kept = new Uint8Array(pool.byteLength);
    for (const part of shown.get(pool) ?? []) kept.set(part, part.byteOffset);
    new Uint8Array(pool).set(kept);
  }
}
