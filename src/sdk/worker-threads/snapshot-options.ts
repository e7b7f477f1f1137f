import { getHeapSnapshot } from 'node:v8';

/** Throws Node's own error for what are no options of a heap snapshot, and takes no snapshot of this process. */
export function checkSnapshotOptions(options: unknown): void {
  if (options === undefined) return;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (isObject && ['exposeInternals', 'exposeNumericValues'].every((name) => isFlag(Reflect.get(options, name))))
    return;
  Reflect.apply(getHeapSnapshot, undefined, [options]);
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}
