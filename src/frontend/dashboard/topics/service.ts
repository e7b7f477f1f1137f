import type { ServiceRow } from '../../../model/dashboard/service.ts';
import type { FrontendOptions } from '../../context.ts';
import { thereElsewhere } from '../over-hosts/gather.ts';
import type { Topic, Viewer } from '../topic.ts';

/** What the page's frame needs: which service this is, who looks, and which of the other topics have anything for him. */
export function openService(options: FrontendOptions, topics: readonly Topic[]): Topic {
  const { version, driver, settings, clock, clusterView } = options;
  const startedAtMs = Math.round(clock.wall() - process.uptime() * 1_000);
  const there = async (viewer: Viewer): Promise<readonly string[]> => {
    const found = await Promise.all(
      topics.map(async (topic) => {
        if (topic.operatorsOnly === true && !viewer.operator) return [];
        return (await (topic.isThere?.(viewer) ?? true)) ? [topic.name] : [];
      }),
    );
    const elsewhere = clusterView === undefined ? [] : await thereElsewhere(clusterView, viewer.account);
    return [...new Set([...found.flat(), ...elsewhere])];
  };
  return {
    name: 'service',
    everyMs: clusterView === undefined ? 1_000 : 3_000,
    waits: clusterView !== undefined,
    async rows(viewer) {
      const { region, prices } = settings;
      const about = { version, driver, region, ...viewer, startedAtMs, ...(prices !== undefined && { prices }) };
      const row: ServiceRow = { ...about, there: await there(viewer) };
      return new Map([['service', row]]);
    },
  };
}
