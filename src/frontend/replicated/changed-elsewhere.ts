import type { ChangedRow } from '../../store/changes-contract.ts';
import type { FrontendOptions } from '../context.ts';
import type { Preparation } from '../lambda/functions/preparation.ts';
import type { UrlBook } from '../urls/url-book.ts';
import type { SharedSwitches } from '../prediction/shared-switches.ts';
import { functionChanged, versionChanged } from './functions-changed.ts';
import { accountChanged, aliasChanged, documentChanged, settingChanged } from './others-changed.ts';

/** Whom a change is told that another host has made. */
export type ElsewhereParts = Pick<
  FrontendOptions,
  | 'clock'
  | 'deployed'
  | 'gate'
  | 'logger'
  | 'policies'
  | 'prediction'
  | 'revokeRole'
  | 'roleSessions'
  | 'sessions'
  | 'stopping'
  | 'store'
  | 'triggers'
  | 'workerManager'
> & {
  readonly preparation: Pick<Preparation, 'begin'>;
  readonly switches: Pick<SharedSwitches, 'reread'> | undefined;
  readonly urls: Pick<UrlBook, 'reread'>;
};

/**
 * Does on this host what follows from a change that another has made: here, in one place, is what the operations do beside their write. The rows are those of the
 * store as it is now; where several changes come one after the other, the later ones may be seen already.
 */
export function changedElsewhere(parts: ElsewhereParts): (rows: readonly ChangedRow[]) => Promise<void> {
  return async (rows) => {
    for (const row of rows)
      try {
        await followed(parts, row);
      } catch (error) {
        if (!parts.stopping.aborted)
          parts.logger.error({ err: error, row }, 'A change of another host was not followed.');
      }
  };
}

async function followed(parts: ElsewhereParts, { table, key }: ChangedRow): Promise<void> {
  const [first = '', second = '', third = '', fourth = ''] = key;
  if (table === 'functions') await functionChanged(parts, first, second);
  else if (table === 'versions') await versionChanged(parts, first, second, Number(third));
  else if (table === 'aliases') await aliasChanged(parts, first, second, third);
  else if (table === 'settings')
    await settingChanged(parts, { account: first, name: second, qualifier: third }, fourth);
  else if (table === 'documents') await documentChanged(parts, first, second, third);
  else if (table === 'accounts') await accountChanged(parts, first);
  // Layers are read when functions are deployed; keys end in the store.
}
