import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { Part } from '../part.ts';
import { parts } from '../parts.ts';
import { Committer, openParts } from './committer.ts';
import { openDatabase } from './database.ts';
import { DiskRoom } from './disk-room.ts';
import type { Ask, FromThread, ThreadData, ToThread } from './messages.ts';

// The thread that has the durable store's database. What comes while it commits waits in its port, and is the next commit.

/** One commit has so many operations at most, so that none waits for long. */
const commitMax = 512;

assert.ok(parentPort !== null, 'This is a thread of the service; it is not started by hand.');
const port = parentPort;
const say = (message: FromThread): void => port.postMessage(message);

const { path }: ThreadData = workerData;
try {
  run(path);
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error) });
  port.close();
}

function run(databasePath: string): void {
  const all: Readonly<Record<string, Part<object>>> = parts;
  const database = openDatabase(databasePath, all);
  const committer = new Committer(database, openParts(database, all), new DiskRoom(databasePath, database));
  let waiting: Ask[] = [];
  let planned = false;
  let closing = false;

  const commit = (): void => {
    planned = false;
    const now = waiting.slice(0, commitMax);
    waiting = waiting.slice(commitMax);
    if (now.length > 0) say(committer.run(now));
    if (waiting.length > 0) return plan();
    if (!closing) return;
    database.close();
    port.close();
  };
  // After the messages that are there already.
  const plan = (): void => {
    if (planned) return;
    planned = true;
    setImmediate(commit);
  };
  port.on('message', (message: ToThread) => {
    if (message === 'close') closing = true;
    else for (const ask of message) waiting.push(ask);
    plan();
  });
  say('open');
}
