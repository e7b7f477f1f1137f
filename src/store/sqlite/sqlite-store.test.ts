import { storeConformance } from '../conformance.ts';
import { openSqliteStore } from './open.ts';

storeConformance('SQLite', async (home) => openSqliteStore(home));
