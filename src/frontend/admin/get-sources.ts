import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { FrontendOptions } from '../context.ts';
import { callersHome, smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

/** As many as an account may have. */
const sourcesMax = 1_000;

/**
 * The account's event source mappings, and what was counted of each since the service started: `uuid`, `source`, `function`, `enabled`, `batch`,
 * `received`, `filtered`, `done`, `failed`, `givenUp`, `running`, `last`; and `keptBytes`, which its source keeps for it, where that is known to grow.
 */
export function getSources(options: FrontendOptions): Operation {
  return {
    name: 'GetSources',
    method: 'GET',
    path: '/heddle/v1/sources',
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    run: async ({ scope }) => ({
      status: 200,
      body: { sources: await sourcesShown(options, scope.account, sourcesMax) },
    }),
  };
}

/** At most so many of an account. Nothing is read where there never was one. */
export async function sourcesShown(
  { events }: Pick<FrontendOptions, 'events'>,
  account: string,
  max: number,
): Promise<readonly object[]> {
  const own = events.find(account);
  const used = await own?.inUse();
  if (own === undefined || used === undefined) return [];
  const found = await own.durable.parts.sources.list({ account, limit: max }, 'process');
  return found.map((mapping) => ({ ...wire(mapping), ...used.sources.counts(mapping.uuid) }));
}

function wire({ uuid, sourceArn, functionName, qualifier, enabled, batchSize }: MappingRecord): object {
  const name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
  return { uuid, source: sourceArn, function: name, enabled, batch: batchSize };
}
