import type { FunctionVersion } from '../../model/functions/function.ts';
import { predictionKind } from '../prediction/shared-switches.ts';
import { concurrencyKind, reservedFor } from '../lambda/capacity/concurrency.ts';
import { applyProvisioned, provisionedKind } from '../lambda/capacity/provisioned.ts';
import { policiesChanged } from '../policies/changed.ts';
import { policyKind, roleKind, roleNamed, roleNameOf, sessionKind } from '../policies/documents.ts';
import { urlKind } from '../urls/url-book.ts';
import type { ElsewhereParts } from './changed-elsewhere.ts';

/** What is provisioned of an alias follows where it leads. */
export async function aliasChanged(parts: ElsewhereParts, account: string, name: string, alias: string): Promise<void> {
  if ((await parts.store.aliases.get(account, name, alias)) === undefined)
    parts.workerManager.provision({ account, functionName: name, qualifier: alias }, []);
  else await applyProvisioned(parts, account, name);
}

/** What of a function the worker manager is told of, and what is found by other things than the function's name. */
export async function settingChanged(
  parts: ElsewhereParts,
  { account, name, qualifier }: { readonly account: string; readonly name: string; readonly qualifier: string },
  kind: string,
): Promise<void> {
  const { store, workerManager, urls } = parts;
  if (kind === urlKind) urls.reread(account, name, qualifier);
  else if (kind === predictionKind) parts.switches?.reread(account, name);
  else if (kind === concurrencyKind) workerManager.reserve(account, name, reservedFor(store, account, name));
  else if (kind !== provisionedKind) return;
  else if (store.settings.get(account, name, qualifier, kind) === undefined)
    workerManager.provision({ account, functionName: name, qualifier }, []);
  else await applyProvisioned(parts, account, name);
}

/** Policies and roles bound whoever has them, from now on. */
export async function documentChanged(
  parts: ElsewhereParts,
  account: string,
  kind: string,
  name: string,
): Promise<void> {
  if (kind === sessionKind) parts.roleSessions.reread(account, name);
  else if (kind === policyKind) await policiesChanged(parts, account, (fn) => isBound(fn));
  else if (kind === roleKind) await roleChanged(parts, account, name);
  else if (kind === predictionKind) parts.switches?.reread(account, '');
}

async function roleChanged(parts: ElsewhereParts, account: string, name: string): Promise<void> {
  const { store, sessions, revokeRole, workerManager } = parts;
  const role = roleNamed(store.documents, account, name);
  // Also where it was changed after it had been revoked: what has the role only begins in containers of its own once more.
  const isRevoked = role === undefined || role.revokedBefore > 0;
  await policiesChanged(parts, account, (fn) => roleNameOf(fn.role, account) === name, isRevoked);
  if (!isRevoked) return;
  sessions.revoked(account, name);
  for (const code of revokeRole?.(account, name) ?? []) workerManager.retire(account, code, '');
}

/** Whether it may be bound by a policy at all: those that are bound as before stay. */
function isBound({ policies, role, account }: FunctionVersion): boolean {
  return policies !== undefined || roleNameOf(role, account) !== undefined;
}

/** Its limits may be others, and it may be gone. */
export async function accountChanged(parts: ElsewhereParts, account: string): Promise<void> {
  const { store, gate, workerManager, triggers, prediction } = parts;
  gate.changed(account);
  workerManager.limitsChanged(account);
  if ((await store.accounts.list()).some(({ id }) => id === account)) return;
  triggers.book.forget(account);
  prediction?.removedAccount(account);
}
