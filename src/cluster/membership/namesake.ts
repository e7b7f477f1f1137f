import type { HostRecord } from '../contract.ts';

/** Throws where one of the hosts that are heard has a new one's name: people tell hosts apart by it. One that is silent may have had it before. */
export function refuseNamesake({ id, name }: Pick<HostRecord, 'id' | 'name'>, heard: readonly HostRecord[]): void {
  const other = heard.find((host) => host.name === name && host.id !== id);
  if (other === undefined) return;
  throw new Error(
    `Another host of the cluster is called ${name}: ${other.id} at ${other.url}. Give this one a name of its own with --host-name.`,
  );
}
