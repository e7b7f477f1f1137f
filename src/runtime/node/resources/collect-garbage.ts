import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

/**
 * V8's function that collects all garbage. Node gives it only to contexts that are made while the flag is set; this context lives as
 * long as the function is held.
 */
export function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return isCollect(collect) ? collect : () => undefined;
}

function isCollect(value: unknown): value is Collect {
  return typeof value === 'function';
}

/**
 * Leaves as little as can be for a process that will wait: all garbage is gone and its pages with it (3 of 15 MiB), so that no
 * collection comes while the first invocations run. What V8 has compiled stays.
 */
export function collectGarbage(): void {
  collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
