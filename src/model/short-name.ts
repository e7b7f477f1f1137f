import { hash } from 'node:crypto';
import { Lru } from './lru.ts';

/** Of names that were made of late. */
const namesMax = 20_000;
const remembered = new Lru<number>(namesMax);

/** What stands for a key among hosts: the first 48 bits of its SHA-256, so that nobody can choose what it collides with. */
export function shortName(key: string): number {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const name = Number.parseInt(hash('sha256', key, 'hex').slice(0, 12), 16);
  remembered.set(key, name, 1);
  return name;
}
