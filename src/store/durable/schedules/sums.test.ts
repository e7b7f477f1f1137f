import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ScheduleKey, ScheduleOperations, ScheduleRecord } from '../contracts/schedules.ts';
import { schedules } from './schedules.ts';
import { scheduleMigrations } from './tables.ts';

const target = { arn: 'a', roleArn: 'r', retriesMax: 0, ageSecondsMax: 60 };

function recordOf(key: ScheduleKey): ScheduleRecord {
  const times = { anchorAt: 0, createdAt: 0, modifiedAt: 0 };
  return {
    ...key,
    ...times,
    expression: 'rate(1 minute)',
    timeZone: 'UTC',
    enabled: true,
    target,
    deletedAfter: false,
    catchUp: 'last',
  };
}

/** What the sums should be, counted. */
function recount(database: DatabaseSync, account: string | null): object {
  const where = 'WHERE ?1 IS NULL OR account = ?1';
  const counted = database
    .prepare(
      `SELECT count(*) AS schedules, count(next_at) AS planned, coalesce(sum(delivered), 0) AS delivered, coalesce(sum(failed), 0) AS failed,
       coalesce(sum(missed), 0) AS missed FROM schedules ${where}`,
    )
    .get(account);
  const waiting = database
    .prepare(`SELECT count(*) AS depth, min(scheduled_at) AS at FROM firings ${where}`)
    .get(account);
  const at = waiting?.['at'];
  return { ...counted, depth: waiting?.['depth'], ...(typeof at === 'number' && { oldestAt: at }) };
}

const key: fc.Arbitrary<ScheduleKey> = fc.record({
  account: fc.constantFrom('1', '2'),
  group: fc.constantFrom('default', 'g'),
  name: fc.constantFrom('a', 'b'),
});
const nextAt = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('create' as const, 'replace' as const), key, nextAt }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'remove group' as const), key }),
  fc.record({
    kind: fc.constant('advance' as const),
    key,
    nextAt,
    expectedAt: fc.integer({ min: 1, max: 3 }),
    remove: fc.boolean(),
    missed: fc.nat({ max: 2 }),
    firings: fc.nat({ max: 3 }),
  }),
  fc.record({ kind: fc.constantFrom('done' as const, 'retry' as const), failed: fc.boolean() }),
);

function does(operations: ScheduleOperations, one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
  if (one.kind === 'done' || one.kind === 'retry') {
    const [firing] = operations.take({ now: 100, limit: 1, leaseUntil: 50 });
    if (firing === undefined) return;
    if (one.kind === 'done') operations.done({ id: firing.id, failed: one.failed, at: 1 });
    else operations.retry({ id: firing.id, dueAt: 7 });
  } else if (one.kind === 'remove') operations.remove(one.key);
  else if (one.kind === 'remove group') operations.removeGroup({ account: one.key.account, name: one.key.group });
  else if (one.kind === 'advance') {
    const { key: which, expectedAt, remove, missed, nextAt: at } = one;
    const firings = Array.from({ length: one.firings }, (_, n) => ({
      ...{ target, executionId: 'e', scheduledAt: expectedAt + n, dueAt: expectedAt },
    }));
    operations.advance([{ key: which, expectedAt, remove, missed, firings, ...(at !== undefined && { nextAt: at }) }]);
  } else if (one.kind === 'create' || one.kind === 'replace') {
    const planned = { record: recordOf(one.key), ...(one.nextAt !== undefined && { nextAt: one.nextAt }) };
    if (one.kind === 'create') operations.create(planned);
    else operations.replace(planned);
  }
}

function withGroups(database: DatabaseSync): ScheduleOperations {
  const operations = schedules.open(database);
  for (const account of ['1', '2'])
    operations.createGroup({ account, name: 'g', createdAt: 0, modifiedAt: 0, tags: {} });
  return operations;
}

test('whatever is done with schedules: their sums are what a count gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const database = new DatabaseSync(':memory:');
      for (const sql of scheduleMigrations) database.exec(sql);
      const operations = withGroups(database);
      for (const one of steps) does(operations, one);
      for (const account of ['1', '2']) assert.deepEqual(operations.totals(account), recount(database, account));
      assert.deepEqual(operations.totals(undefined), recount(database, null));
    }),
    { numRuns: 300 },
  );
});

test('what was there before there were sums is counted once', () => {
  const database = new DatabaseSync(':memory:');
  const [first = '', ...later] = scheduleMigrations;
  database.exec(first);
  const insert = database.prepare(`INSERT INTO schedules VALUES (?, 'default', ?, 1, '{}', ?, 3, 2, 1, NULL)`);
  insert.run('1', 'a', 5);
  insert.run('1', 'b', null);
  insert.run('2', 'a', 5);
  const fire = database.prepare(
    `INSERT INTO firings (account, grp, name, target, execution_id, scheduled_at, due_at) VALUES (?, 'default', 'a', '{}', 'e', ?, 0)`,
  );
  fire.run('1', 9);
  // Of a schedule that is gone, of an account that has no other.
  fire.run('3', 4);
  for (const sql of later) database.exec(sql);
  const operations = schedules.open(database);
  for (const account of ['1', '2', '3']) assert.deepEqual(operations.totals(account), recount(database, account));
  assert.deepEqual(operations.totals(undefined), recount(database, null));
});
