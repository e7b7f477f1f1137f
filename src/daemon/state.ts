import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from '../model/clock.ts';
import type { Settings } from '../model/functions/settings.ts';
import { openCodeStore } from '../store/code/code-store.ts';
import type { CodeStore, Store, UsageStore } from '../store/contract.ts';
import { ensureCredentials } from '../store/credentials.ts';
import type { LogStore } from '../store/logs/contract.ts';
import { openLogStore } from '../store/logs/log-store.ts';
import { openUsageStore } from '../store/usage/usage-store.ts';
import { FileAuxiliaryBook } from '../store/auxiliary/auxiliary-book.ts';
import type { AuxiliaryBook } from '../store/auxiliary/contract.ts';
import type { SecretStore } from '../store/secrets/contract.ts';
import { FileSecretStore } from '../store/secrets/secret-store.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';

/** What the service keeps, and the account that is its own. */
export interface State {
  readonly store: Store;
  readonly codeStore: CodeStore;
  readonly logs: LogStore;
  readonly usageStore: UsageStore;
  readonly account: string;
  readonly secrets: SecretStore;
  /** Of auxiliary services. */
  readonly book: AuxiliaryBook;
}

/** What many hosts may have in common. */
export type SharedState = Pick<State, 'account' | 'book' | 'codeStore' | 'secrets' | 'store'>;

/** Opens what is on this machine alone. Whoever has the store has the home to itself. */
async function ofThisMachine(settings: Settings, undo: AsyncDisposableStack): Promise<SharedState> {
  const store = undo.use(openSqliteStore(settings.home));
  const { account } = await ensureCredentials(store, settings.home, systemClock.wall());
  const codeStore = await openCodeStore({ folder: codeFolder(settings), clock: systemClock });
  const secrets = new FileSecretStore(join(settings.home, 'secrets'), () => systemClock.wall());
  const book = new FileAuxiliaryBook(settings.home, settings.auxiliaries);
  return { store, account, codeStore, secrets, book };
}

/** Where code lies in the home. */
export function codeFolder({ home }: Pick<Settings, 'home'>): string {
  return join(home, 'code');
}

/** What is kept in the home folder. `openShared`: what of it may be a cluster's. */
export async function openState(
  settings: Settings,
  logger: Logger,
  undo: AsyncDisposableStack,
  openShared: (undo: AsyncDisposableStack) => Promise<SharedState> = (stack) => ofThisMachine(settings, stack),
): Promise<State> {
  await mkdir(settings.home, { recursive: true, mode: 0o700 });
  await mkdir(settings.cache, { recursive: true });
  const shared = await openShared(undo);
  const logs = openLogStore({
    folder: join(settings.home, 'logs'),
    clock: systemClock,
    onError: (err) => logger.error({ err }, 'What functions printed could not be written.'),
  });
  undo.use(logs);
  const usageStore = undo.use(openUsageStore(settings.home));
  return { ...shared, logs, usageStore };
}
