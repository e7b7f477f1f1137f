import type { QueueOperations } from '../contracts/queues.ts';
import type { Part } from '../part.ts';
import { Attempts } from './attempts.ts';
import { Depths } from './depths.ts';
import { Finishing } from './finishing.ts';
import { Messages } from './messages.ts';
import { Moving } from './moving.ts';
import { QueueTable } from './queue-table.ts';
import { Receiving } from './receiving.ts';
import { Planning } from './planning.ts';
import { migrations } from './schema.ts';
import { Sending } from './sending.ts';
import { Tidying } from './tidying.ts';

/**
 * Queues and their messages, as the store's thread keeps them.
 *
 * In this room: `schema.ts` has the tables; `messages.ts`, `groups.ts` and `depths.ts` keep them true of one another; each of the others is some of the
 * operations.
 */
export const queues: Part<QueueOperations> = {
  migrations,
  accepting: ['create', 'send'],
  open(database) {
    const depths = new Depths(database);
    const messages = new Messages(database);
    const attempts = new Attempts(database, messages);
    const table = new QueueTable(database, depths, messages);
    const { create, find, list, sourcesOf, overview, totals, change, tag, remove, purge } = table;
    const { send } = new Sending(database, depths, messages);
    const { receive } = new Receiving(database, depths, messages, attempts);
    const finishing = new Finishing(depths, messages);
    const { startMove, moveStep, cancelMove, moves } = new Moving(database, depths, messages);
    const { tidy } = new Tidying(database, depths, messages, attempts);
    const { planAnew } = new Planning(database);
    return {
      ...{ create, find, list, sourcesOf, overview, totals, change, tag, remove, purge, send, receive },
      ...{ delete: finishing.delete, changeVisibility: finishing.changeVisibility },
      ...{ startMove, moveStep, cancelMove, moves, tidy, planAnew },
    };
  },
};
