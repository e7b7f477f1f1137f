import type { ServiceRow } from '../../../model/dashboard/service.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic, Viewer } from '../topic.ts';

/** What the page's frame needs: which service this is, who looks, and which of the other topics have anything for him. */
export function openService(options: FrontendOptions, topics: readonly Topic[]): Topic {
  const { version, driver, settings, clock } = options;
  const startedAtMs = Math.round(clock.wall() - process.uptime() * 1_000);
  const there = async (viewer: Viewer): Promise<readonly string[]> => {
    const found = await Promise.all(
      topics.map(async (topic) => {
        if (topic.operatorsOnly === true && !viewer.operator) return [];
        return (await (topic.isThere?.(viewer) ?? true)) ? [topic.name] : [];
      }),
    );
    return found.flat();
  };
  return {
    name: 'service',
    everyMs: 1_000,
    async rows(viewer) {
      const { region } = settings;
      const row: ServiceRow = { version, driver, region, ...viewer, startedAtMs, there: await there(viewer) };
      return new Map([['service', row]]);
    },
  };
}
