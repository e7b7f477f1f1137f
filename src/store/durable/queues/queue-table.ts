import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueueOperations, QueueOverview, QueueRecord } from '../contracts/queues.ts';
import { DepthChange, depthFrom, waitingStates, type Depths } from './depths.ts';
import type { Messages } from './messages.ts';
import { bytes, integer, optionalInteger, optionalText, text, texts, type Row } from './rows.ts';
import { delayed, inFlight } from './schema.ts';

const secretBytes = 32;

/** Queues by name, and what they are set to. */
export class QueueTable {
  readonly #depths: Depths;
  readonly #messages: Messages;
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #byId: StatementSync;
  readonly #list: StatementSync;
  readonly #sources: StatementSync;
  readonly #overview: StatementSync;
  readonly #totals: StatementSync;
  readonly #change: StatementSync;
  readonly #delayedOf: StatementSync;
  readonly #tag: StatementSync;
  readonly #purge: StatementSync;
  readonly #remove: StatementSync;
  readonly #leave: StatementSync;
  readonly #last: StatementSync;
  readonly #endTasks: StatementSync;
  readonly #lastDue: StatementSync;

  constructor(database: DatabaseSync, depths: Depths, messages: Messages) {
    this.#depths = depths;
    this.#messages = messages;
    const whole = 'SELECT q.*, d.* FROM queues q JOIN queue_depths d ON d.queue = q.id';
    const page = 'AND name > ? AND substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?';
    this.#count = database.prepare('SELECT count(*) AS count FROM queues WHERE account = ?');
    this.#insert = database.prepare(
      `INSERT INTO queues (account, name, fifo, created_at, modified_at, retention_ms, dead_letter, attributes, tags, secret)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare(`${whole} WHERE q.account = ? AND q.name = ?`);
    this.#byId = database.prepare(`${whole} WHERE q.id = ?`);
    this.#list = database.prepare(`SELECT name FROM queues WHERE account = ? ${page}`);
    this.#sources = database.prepare(`SELECT name FROM queues WHERE account = ? AND dead_letter = ? ${page}`);
    this.#overview = database.prepare(
      `SELECT q.account, q.name, q.fifo, q.dead_letter, d.*, (SELECT sent_at FROM messages WHERE queue = q.id AND seq > d.purged_to ORDER BY seq LIMIT 1) AS oldest_at
       FROM queues q JOIN queue_depths d ON d.queue = q.id WHERE ? IS NULL OR q.account = ?
       ORDER BY d.ready + d.in_flight + d.delayed DESC, q.name LIMIT ?`,
    );
    this.#totals = database.prepare(
      `SELECT count(*) AS queues, coalesce(sum(ready), 0) AS ready, coalesce(sum(in_flight), 0) AS in_flight, coalesce(sum(delayed), 0) AS delayed,
       coalesce(sum(bytes), 0) AS bytes, coalesce(sum(dead_lettered), 0) AS dead_lettered, coalesce(sum(expired), 0) AS expired,
       min((SELECT sent_at FROM messages WHERE queue = d.queue AND seq > d.purged_to ORDER BY seq LIMIT 1)) AS oldest_at, max(queue) AS last
       FROM (SELECT * FROM queue_depths WHERE queue > ? ORDER BY queue LIMIT ?) d`,
    );
    this.#change = database.prepare(
      'UPDATE queues SET modified_at = ?, retention_ms = ?, dead_letter = ?, attributes = ? WHERE id = ?',
    );
    this.#delayedOf = database.prepare(`UPDATE messages SET turn = sent_at + ? WHERE queue = ? AND state = ${delayed}`);
    this.#tag = database.prepare('UPDATE queues SET tags = ? WHERE id = ?');
    this.#purge = database.prepare('UPDATE queues SET purged_at = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM queues WHERE id = ?');
    this.#leave = database.prepare(
      'INSERT INTO queue_leftovers VALUES (?, ?) ON CONFLICT DO UPDATE SET up_to = excluded.up_to',
    );
    this.#last = database.prepare('SELECT max(seq) AS seq FROM messages WHERE queue = ?');
    this.#lastDue = database.prepare(`SELECT max(turn) AS turn FROM messages WHERE queue = ? AND state = ${inFlight}`);
    this.#endTasks = database.prepare('DELETE FROM move_tasks WHERE source = ?');
  }

  readonly create: QueueOperations['create'] = (queue) => {
    const { account, name, fifo, now, retentionMs, deadLetter, attributes, tags, queuesMax } = queue;
    const known = this.#find.get(account, name);
    if (known !== undefined) return { outcome: 'exists', queue: recordFrom(known) };
    const count = this.#count.get(account);
    if (count !== undefined && integer(count, 'count') >= queuesMax) return { outcome: 'full' };
    const kept = [JSON.stringify(attributes), JSON.stringify(tags), randomBytes(secretBytes)] as const;
    const head = [account, name, Number(fifo), now, now, retentionMs, deadLetter ?? null] as const;
    const id = Number(this.#insert.run(...head, ...kept).lastInsertRowid);
    this.#depths.make(id);
    return { outcome: 'created', queue: recordFrom(present(this.#byId.get(id))) };
  };

  readonly find: QueueOperations['find'] = ({ account, name, now }) => {
    const row = this.#find.get(account, name);
    if (row === undefined) return undefined;
    const id = integer(row, 'id');
    const change = new DepthChange();
    this.#messages.release(id, waitingStates, now, change);
    const changed = change.states.some((count) => count !== 0);
    if (changed) this.#depths.add(id, change);
    const record = recordFrom(changed ? present(this.#byId.get(id)) : row);
    const until = record.depth.inFlight === 0 ? undefined : this.#lastDue.get(id)?.['turn'];
    return { ...record, ...(typeof until === 'number' && { inFlightUntil: until }) };
  };

  readonly list: QueueOperations['list'] = ({ account, prefix, after, max }) =>
    this.#list.all(account, after, prefix, prefix, max).map((row) => text(row, 'name'));

  readonly sourcesOf: QueueOperations['sourcesOf'] = ({ account, deadLetter, prefix, after, max }) =>
    this.#sources.all(account, deadLetter, after, prefix, prefix, max).map((row) => text(row, 'name'));

  readonly overview: QueueOperations['overview'] = ({ account, max, now }) => {
    const rows = this.#overview.all(account ?? null, account ?? null, max);
    return rows.map((row): QueueOverview => {
      const id = integer(row, 'queue');
      const change = new DepthChange();
      this.#messages.release(id, waitingStates, now, change);
      this.#depths.add(id, change);
      const { purgedTo: _upTo, tidyAt: _at, ...depth } = present(this.#depths.of(id));
      const whose = { account: text(row, 'account'), name: text(row, 'name'), fifo: integer(row, 'fifo') === 1 };
      const deadLetter = optionalText(row, 'dead_letter', 'deadLetter');
      return { ...whose, ...deadLetter, ...depth, ...optionalInteger(row, 'oldest_at', 'oldestAt') };
    });
  };

  readonly totals: QueueOperations['totals'] = ({ after, max }) => {
    const row = present(this.#totals.get(after, max));
    const queues = integer(row, 'queues');
    const totals = { queues, ...depthFrom(row), ...optionalInteger(row, 'oldest_at', 'oldestAt') };
    return { totals, ...(queues === max && { next: integer(row, 'last') }) };
  };

  readonly change: QueueOperations['change'] = ({ id, attributes, retentionMs, delayMs, deadLetter, now }) => {
    const row = this.#byId.get(id);
    if (row === undefined) return false;
    if (integer(row, 'retention_ms') !== retentionMs) this.#depths.tidySooner(id, now);
    this.#change.run(now, retentionMs, deadLetter ?? null, JSON.stringify(attributes), id);
    // As on AWS, a FIFO queue's delay also counts for what waits in it.
    if (integer(row, 'fifo') === 1) this.#delayedOf.run(delayMs, id);
    return true;
  };

  readonly tag: QueueOperations['tag'] = ({ id, add, remove, max }) => {
    const row = this.#byId.get(id);
    if (row === undefined) return 'missing';
    const tags = { ...texts(row, 'tags'), ...add };
    for (const key of remove) delete tags[key];
    if (Object.keys(tags).length > max) return 'full';
    this.#tag.run(JSON.stringify(tags), id);
    return 'done';
  };

  readonly purge: QueueOperations['purge'] = ({ id, now, everyMs }) => {
    const row = this.#byId.get(id);
    if (row === undefined) return 'missing';
    if (integer(row, 'purged_at') + everyMs > now) return 'recent';
    this.#purge.run(now, id);
    const last = this.#last.get(id)?.['seq'];
    if (typeof last !== 'number') return 'done';
    this.#depths.setPurged(id, last);
    this.#leave.run(id, last);
    return 'done';
  };

  readonly remove: QueueOperations['remove'] = ({ id }) => {
    if (this.#remove.run(id).changes === 0) return false;
    this.#depths.remove(id);
    this.#endTasks.run(id);
    this.#leave.run(id, Number.MAX_SAFE_INTEGER);
    return true;
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A queue is not there that was there a moment ago.');
  return value;
}

function recordFrom(row: Row): QueueRecord {
  return {
    id: integer(row, 'id'),
    account: text(row, 'account'),
    name: text(row, 'name'),
    fifo: integer(row, 'fifo') === 1,
    createdAt: integer(row, 'created_at'),
    modifiedAt: integer(row, 'modified_at'),
    attributes: texts(row, 'attributes'),
    tags: texts(row, 'tags'),
    secret: bytes(row, 'secret'),
    depth: depthFrom(row),
  };
}
