import { getEnvironmentData as get, setEnvironmentData as set, type Serializable } from 'node:worker_threads';

const keys = new Set<Serializable>();

/** As Node's own; and remembers the keys, for Workers that are elsewhere. */
export function setEnvironmentData(key: Serializable, value?: Serializable): void {
  set(key, value);
  if (value === undefined) keys.delete(key);
  else keys.add(key);
}

/** What a new Worker gets a copy of. */
export function environmentData(): [Serializable, Serializable][] {
  return [...keys].map((key) => [key, get(key)]);
}
