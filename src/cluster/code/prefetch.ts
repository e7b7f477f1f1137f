import type { Logger } from 'pino';
import { codeOf } from '../../model/functions/function-record.ts';
import { turns } from '../../model/turns.ts';
import type { ChangedRow } from '../../store/changes-contract.ts';
import type { CodeStore, Store } from '../../store/contract.ts';

/** Code that is larger is fetched when it is needed here. Bytes of the zip. */
const smallBytesMax = 4_194_304;

/** Fetches small code of functions that other hosts have deployed before anybody calls them here, one after the other. */
export function codePrefetch(
  store: Pick<Store, 'functions' | 'versions'>,
  codeStore: Pick<CodeStore, 'zipFile'>,
  logger: Logger,
  ended: AbortSignal,
): (rows: readonly ChangedRow[]) => void {
  const inTurn = turns();
  const wanted = async ({ table, key }: ChangedRow): Promise<readonly string[]> => {
    const [account = '', name = '', number = ''] = key;
    const record =
      table === 'functions'
        ? await store.functions.get(account, name)
        : await store.versions.get(account, name, Number(number));
    return record === undefined || record.latest.codeBytes > smallBytesMax ? [] : codeOf(record);
  };
  return (rows) => {
    const ofCode = rows.filter(({ table }) => table === 'functions' || table === 'versions');
    if (ofCode.length === 0) return;
    void inTurn(async () => {
      for (const row of ofCode)
        for (const sha256 of await wanted(row)) {
          if (ended.aborted) return;
          await codeStore.zipFile(sha256);
        }
    }).catch((error: unknown) => {
      // Whoever calls it tries again, and is told.
      logger.debug({ err: error }, 'Code of a function could not be fetched ahead.');
    });
  };
}
