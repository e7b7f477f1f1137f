import { readFileSync } from 'node:fs';
import type { InstanceDriver } from '../instance/contract.ts';

/** What the service says of itself, for people. */
export function about({ name }: Pick<InstanceDriver, 'name'>): { readonly driver: string; readonly version: string } {
  return { driver: name, version: releaseOf() };
}

/** The release that runs. */
export function releaseOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
