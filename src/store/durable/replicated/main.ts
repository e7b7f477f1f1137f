import assert from 'node:assert/strict';
import { copyFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Part } from '../part.ts';
import { parts } from '../parts.ts';
import { Committer, openParts } from '../thread/committer.ts';
import { openDatabase } from '../thread/database.ts';
import { DiskRoom } from '../thread/disk-room.ts';
import type { Ask, ThreadData } from '../thread/messages.ts';
import { Capture } from './capture.ts';
import type { Begun, FromThread, Order, ToThread } from './messages.ts';
import { replay, schemaOf } from './replay.ts';

// The thread of a durable store that others have copies of: as `../thread/main.ts`, but for what it begins with, and that it says what each commit changes.

/** One commit has so many operations at most, so that none waits for long. */
const commitMax = 512;

assert.ok(parentPort !== null, 'This is a thread of the service; it is not started by hand.');
const port = parentPort;
const say = (message: FromThread): void => port.postMessage(message);
const all: Readonly<Record<string, Part<object>>> = parts;
const { path }: ThreadData = workerData;

/** What others have is on their disks: this copy is made anew after a crash, and need not be on ours. */
const fast = 'PRAGMA synchronous = OFF';

let copy: DatabaseSync | undefined;
let own: { readonly database: DatabaseSync; readonly committer: Committer; readonly capture: Capture } | undefined;
let waiting: Ask[] = [];
let planned = false;
let closing = false;

function opened(): DatabaseSync {
  if (copy !== undefined) return copy;
  // A snapshot stays as it is until all that was committed by its schema is there.
  const isNew = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  copy = isNew ? openDatabase(path, all) : new DatabaseSync(path);
  copy.exec(`PRAGMA journal_mode = WAL; ${fast}`);
  return copy;
}

function begin(): Begun {
  const before = opened();
  const schema = schemaOf(before);
  before.close();
  const database = openDatabase(path, all);
  database.exec(fast);
  const capture = new Capture(database);
  // Parts see to what another's life left.
  const { made, change } = capture.of(() => openParts(database, all));
  own = { database, committer: new Committer(database, made, new DiskRoom(path, database), 'OFF'), capture };
  return { isMigrated: schemaOf(database) !== schema, change };
}

function carryOut(order: Order): Begun | undefined {
  if (order.kind === 'begin') return begin();
  if (order.kind === 'replay') {
    replay(opened(), order.changes);
    return undefined;
  }
  own?.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  copyFileSync(path, order.to);
  return undefined;
}

function commit(): void {
  planned = false;
  const now = waiting.slice(0, commitMax);
  waiting = waiting.slice(commitMax);
  if (now.length > 0) {
    assert.ok(own !== undefined, 'The store has not begun.');
    const { committer, capture } = own;
    const { made, change } = capture.of(() => committer.run(now));
    say({ outcomes: made, change });
  }
  if (waiting.length > 0) return plan();
  if (!closing) return;
  own?.database.close();
  port.close();
}

// After the messages that are there already.
function plan(): void {
  if (planned) return;
  planned = true;
  setImmediate(commit);
}

function failed(error: unknown): void {
  say({ failed: error instanceof Error ? error.message : String(error) });
  port.close();
}

port.on('message', (message: ToThread) => {
  try {
    if (message === 'close') closing = true;
    else if ('asks' in message) waiting.push(...message.asks);
    else {
      say({ answer: carryOut(message.order) });
      return;
    }
    plan();
  } catch (error) {
    failed(error);
  }
});
