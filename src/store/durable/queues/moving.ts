import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MoveTask, QueueOperations } from '../contracts/queues.ts';
import { DepthChange, type Depths } from './depths.ts';
import { messageFrom, type Messages } from './messages.ts';
import { integer, optionalInteger, optionalText, text, type Row } from './rows.ts';
import { delayed, inFlight, ready } from './schema.ts';

/** Of tasks that are over, so many are remembered of each source. */
const rememberedMax = 10;

/** Where one message of a task goes, or why it cannot. */
type Target = { readonly id: number; readonly name: string } | { readonly failure: string };

/** Tasks that move messages out of dead-letter queues, step by step: each survives a crash between two of them. */
export class Moving {
  readonly #depths: Depths;
  readonly #messages: Messages;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #get: StatementSync;
  readonly #running: StatementSync;
  readonly #ofSource: StatementSync;
  readonly #update: StatementSync;
  readonly #next: StatementSync;
  readonly #target: StatementSync;
  readonly #last: StatementSync;

  constructor(database: DatabaseSync, depths: Depths, messages: Messages) {
    this.#depths = depths;
    this.#messages = messages;
    this.#insert = database.prepare(
      `INSERT INTO move_tasks (account, source, source_name, destination_name, rate, status, moved, to_move, up_to, started_at)
       VALUES (?, ?, ?, ?, ?, 'RUNNING', 0, ?, ?, ?)`,
    );
    this.#trim = database.prepare(
      'DELETE FROM move_tasks WHERE source = ? AND id NOT IN (SELECT id FROM move_tasks WHERE source = ? ORDER BY id DESC LIMIT ?)',
    );
    this.#get = database.prepare('SELECT * FROM move_tasks WHERE id = ?');
    this.#running = database.prepare(`SELECT * FROM move_tasks WHERE status = 'RUNNING' LIMIT ?`);
    this.#ofSource = database.prepare('SELECT * FROM move_tasks WHERE source = ? ORDER BY id DESC LIMIT ?');
    this.#update = database.prepare('UPDATE move_tasks SET status = ?, moved = moved + ?, failure = ? WHERE id = ?');
    this.#next = database.prepare(
      `SELECT m.*, c.dead_letter_source FROM messages m CROSS JOIN message_contents c ON c.id = m.seq
       WHERE m.queue = ? AND m.state = ${ready} AND m.turn > ? AND m.turn <= ? ORDER BY m.turn LIMIT ?`,
    );
    this.#target = database.prepare('SELECT id, fifo FROM queues WHERE account = ? AND name = ?');
    this.#last = database.prepare('SELECT max(seq) AS seq FROM messages WHERE queue = ?');
  }

  readonly startMove: QueueOperations['startMove'] = (task) => {
    const { account, source, sourceName, destinationName, ratePerSecond, now } = task;
    if (this.#ofSource.all(source, rememberedMax).some((row) => row['status'] === 'RUNNING')) return 'running';
    const change = new DepthChange();
    this.#messages.release(source, [inFlight, delayed], now, change);
    this.#depths.add(source, change);
    const last = this.#last.get(source)?.['seq'];
    const toMove = this.#depths.of(source)?.ready ?? 0;
    const added = this.#insert.run(
      ...([account, source, sourceName, destinationName ?? null, ratePerSecond ?? null] as const),
      ...([toMove, typeof last === 'number' ? last : 0, now] as const),
    );
    this.#trim.run(source, source, rememberedMax);
    return { id: Number(added.lastInsertRowid) };
  };

  readonly moveStep: QueueOperations['moveStep'] = ({ id, max, now }) => {
    const row = this.#get.get(id);
    if (row === undefined) return undefined;
    const task = taskFrom(row);
    if (task.status !== 'RUNNING') return { ...task, into: [] };
    const purgedTo = this.#depths.of(task.source)?.purgedTo ?? 0;
    const rows = this.#next.all(task.source, purgedTo, integer(row, 'up_to'), max);
    const change = new DepthChange();
    const into = new Map<string, { readonly id: number; readonly change: DepthChange }>();
    let moved = 0;
    let failure: string | undefined;
    const fifo = this.#target.get(task.account, task.sourceName)?.['fifo'];
    for (const each of rows) {
      const target = this.#targetOf(task, each, fifo);
      if ('failure' in target) {
        failure = target.failure;
        break;
      }
      const to = into.get(target.name) ?? { id: target.id, change: new DepthChange() };
      into.set(target.name, to);
      this.#messages.move(messageFrom(each), { queue: to.id, change: to.change, as: randomUUID(), now }, change);
      moved += 1;
    }
    this.#depths.add(task.source, change);
    for (const to of into.values()) {
      this.#depths.add(to.id, to.change);
      this.#depths.tidySooner(to.id, now);
    }
    const status = failure !== undefined ? 'FAILED' : rows.length < max ? 'COMPLETED' : 'RUNNING';
    this.#update.run(status, moved, failure ?? null, id);
    const after = { ...task, status, moved: task.moved + moved, ...(failure !== undefined && { failure }) } as const;
    return { ...after, into: [...into.keys()] };
  };

  readonly cancelMove: QueueOperations['cancelMove'] = ({ id }) => {
    const row = this.#get.get(id);
    if (row === undefined) return undefined;
    const task = taskFrom(row);
    if (task.status === 'RUNNING') this.#update.run('CANCELLED', 0, null, id);
    return task;
  };

  readonly moves: QueueOperations['moves'] = ({ source, max }) =>
    (source === undefined ? this.#running.all(max) : this.#ofSource.all(source, max)).map(taskFrom);

  #targetOf({ account, destinationName }: MoveTask, row: Row, fifo: unknown): Target {
    const from = row['dead_letter_source'];
    const name = destinationName ?? (typeof from === 'string' ? from : undefined);
    if (name === undefined) return { failure: 'CouldNotDetermineMessageSource' };
    const found = this.#target.get(account, name);
    if (found === undefined) return { failure: 'AWS.SimpleQueueService.NonExistentQueue' };
    if (found['fifo'] !== fifo) return { failure: 'InvalidDestinationQueueType' };
    return { id: integer(found, 'id'), name };
  }
}

const statuses = ['RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED'] as const;

function taskFrom(row: Row): MoveTask {
  const status = statuses.find((each) => each === row['status']);
  if (status === undefined) throw new TypeError(`A task to move messages is ${String(row['status'])}.`);
  return {
    id: integer(row, 'id'),
    account: text(row, 'account'),
    source: integer(row, 'source'),
    sourceName: text(row, 'source_name'),
    ...optionalText(row, 'destination_name', 'destinationName'),
    ...optionalInteger(row, 'rate', 'ratePerSecond'),
    status,
    moved: integer(row, 'moved'),
    toMove: integer(row, 'to_move'),
    startedAt: integer(row, 'started_at'),
    ...optionalText(row, 'failure', 'failure'),
  };
}
