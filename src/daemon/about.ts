import { readFileSync } from 'node:fs';
import type { FrontendOptions } from '../frontend/context.ts';
import type { InstanceDriver } from '../instance/contract.ts';
import { remembered } from '../instance/probes/probe-cache.ts';
import type { DriverRow } from '../model/dashboard/machine.ts';

type Known = Pick<InstanceDriver, 'name' | 'capabilities'>;

/** What the service says of itself, for people: which driver it uses, of those that there are, and what is remembered of them in the cache. */
export function about(
  used: Known,
  all: readonly InstanceDriver[],
  places: { readonly cache: string },
): Pick<FrontendOptions, 'driver' | 'version'> & Required<Pick<FrontendOptions, 'drivers'>> {
  const row = async (driver: InstanceDriver): Promise<DriverRow> => {
    const verdict = await remembered(driver, places);
    return { kind: 'driver', driver: driver.name, used: same(driver, used), ...(verdict !== undefined && { verdict }) };
  };
  return { driver: used.name, version: releaseOf(), drivers: () => Promise.all(all.map(row)) };
}

/** Two may have one name, where one of them emulates processors. */
function same(one: Known, other: Known): boolean {
  return one.name === other.name && one.capabilities.emulated === other.capabilities.emulated;
}

/** The release that runs. */
export function releaseOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
