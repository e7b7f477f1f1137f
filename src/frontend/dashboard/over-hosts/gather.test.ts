import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallStep } from '../../../model/dashboard/calls.ts';
import type { Rows, Topic } from '../topic.ts';
import { isOfHosts, overHosts, tellTopics, thereElsewhere, type Overview } from './gather.ts';
import { joinedCalls, joining } from './join.ts';

type Tell = Parameters<Overview['tells']>[1];

/** One host that asks others of these topics; `asked`: what it asked for. */
function view(others: readonly (readonly Topic[])[], silent: readonly string[] = []): Overview & { asked: object[] } {
  const told = others.map((topics) => {
    const tells = new Map<string, Tell>();
    const own = { tells: (what: string, tell: Tell) => void tells.set(what, tell), told: assert.fail };
    tellTopics(own, async () => new Map(topics.map((topic) => [topic.name, topic])));
    return tells;
  });
  const asked: object[] = [];
  return {
    asked,
    tells: assert.fail,
    told: async (what, account, { about = '', ...whom } = {}) => {
      asked.push(whom);
      return {
        found: await Promise.all(told.map(async (tells) => (await tells.get(what)?.(account, about)) ?? {})),
        silent,
      };
    },
  };
}

const viewer = { account: '1', operator: false };

function topicOf(rows: Readonly<Record<string, object>>, over: Topic['over'], isThere = true): Topic {
  return {
    name: 'things',
    isThere: () => isThere,
    rows: ({ account }, argument) => new Map(account === '1' && argument === '' ? Object.entries(rows) : []),
    ...(over !== undefined && { over }),
  };
}

async function seen(
  topic: Topic,
  overview: Overview,
  argument = '',
): Promise<{ rows: Rows; silentHosts: readonly string[] }> {
  const found = await overHosts(topic, topic.over ?? assert.fail(), overview).rows(viewer, argument);
  return isOfHosts(found) ? found : assert.fail();
}

test('rows of all hosts are one topic’s, those of the same key joined, and who is silent is named', async () => {
  const over = { at: 'hosts', join: (rows: readonly object[]) => ({ joined: rows.length }) } as const;
  const overview = view([[topicOf({ a: { n: 2 }, c: { n: 3 } }, over)]], ['third']);
  const { rows, silentHosts } = await seen(topicOf({ a: { n: 1 }, b: { n: 1 } }, over), overview);
  assert.deepEqual(Object.fromEntries(rows), { a: { joined: 2 }, b: { n: 1 }, c: { n: 3 } });
  assert.deepEqual(silentHosts, ['third']);
  assert.deepEqual((await seen(topicOf({}, over), overview, 'other')).rows.size, 0);
});

test('what only an account’s home has is asked of that alone', async () => {
  const overview = view([[topicOf({ a: {} }, { at: 'home' })]]);
  assert.deepEqual([...(await seen(topicOf({}, { at: 'home' }), overview)).rows.keys()], ['a']);
  assert.deepEqual(overview.asked, [{ ofHome: true }]);
});

test('nobody is told of topics that each host has for itself, nor of those in which there is nothing', async () => {
  const own = topicOf({ secret: {} }, undefined);
  const overview = view([[own], [topicOf({}, { at: 'hosts' }, false)], [topicOf({ a: {} }, { at: 'hosts' })]]);
  assert.deepEqual([...(await seen(topicOf({}, { at: 'hosts' }), overview)).rows.keys()], ['a']);
  assert.deepEqual(await thereElsewhere(overview, '1'), ['things']);
});

test('calls of several hosts are added up; medians are weighed, and the longest of what is rare counts', () => {
  const step = (calls: number, p50: number | null, p99: number | null): CallStep => ({
    ...{ id: '0', calls, errors: 1, refused: 0, durationP50: p50, durationP99: p99, startP50: p50, startP99: p99 },
    paths: [calls, 0],
  });
  const join = joining<CallStep>('calls', joinedCalls);
  assert.deepEqual(join([step(30, 10, 20), step(10, 30, 90), step(0, null, null), { strange: true }]), {
    ...{ id: '0', calls: 40, errors: 3, refused: 0, durationP50: 15, durationP99: 90, startP50: 15, startP99: 90 },
    paths: [40, 0],
  });
});
