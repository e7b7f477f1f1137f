import { servingVersion, type FunctionRecord } from '../../model/functions/function-record.ts';
import { applyProvisioned } from '../lambda/capacity/provisioned.ts';
import type { ElsewhereParts } from './changed-elsewhere.ts';

/** After this the host that changed a function has not said that it is ready: it may be gone, and another sees to it, ms. */
const unsettledMsMax = 30_000;

/** A function was made, changed or deleted. */
export async function functionChanged(parts: ElsewhereParts, account: string, name: string): Promise<void> {
  const { store, workerManager } = parts;
  const record = await store.functions.get(account, name);
  if (record === undefined) return workerManager.removed(account, name);
  parts.deployed(record.latest);
  if (isUnsettled(record)) return settleLater(parts, record, () => store.functions.get(account, name));
  workerManager.retire(account, name, servingVersion(record).revisionId);
}

/** A version was published, has another state, or is gone. */
export async function versionChanged(
  parts: ElsewhereParts,
  account: string,
  name: string,
  number: number,
): Promise<void> {
  const { store, workerManager } = parts;
  const record = await store.versions.get(account, name, number);
  if (record === undefined) return workerManager.removed(account, name, String(number));
  parts.deployed(record.latest);
  if (isUnsettled(record)) return settleLater(parts, record, () => store.versions.get(account, name, number));
  // What is provisioned of it may begin.
  await applyProvisioned(parts, account, name);
}

function isUnsettled({ state, update }: FunctionRecord): boolean {
  return state.status === 'Pending' || update.status === 'InProgress';
}

/** Whoever settles a function that is settled already changes nothing. */
function settleLater(
  { clock, preparation, stopping, logger }: ElsewhereParts,
  { latest }: FunctionRecord,
  read: () => Promise<FunctionRecord | undefined>,
): void {
  clock.timer(unsettledMsMax, () => {
    if (stopping.aborted) return;
    read().then(
      (found) => {
        if (found?.latest.revisionId === latest.revisionId && isUnsettled(found)) preparation.begin(found);
      },
      (error: unknown) => logger.error({ err: error, function: latest.arn }, 'A function could not be looked for.'),
    );
  });
}
