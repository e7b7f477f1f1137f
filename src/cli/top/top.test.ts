import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TopicState } from '../../api/state/topic-state.ts';
import { pictureOf, type InstanceRow, type Picture } from './picture.ts';
import { CountedOverTime } from './counted.ts';
import { sampleOf, startsOf, usedOf, type WatchedTopic } from './sample.ts';
import type { About } from './sections/header.ts';
import { cellsText, sortedInstances } from './sections/instances.ts';
import { atFirst, keyPressed, sorts, type Key, type Outcome, type ViewState } from './state.ts';
import { bar, cut, printable, rate, sparkline } from './text.ts';
import { view } from './view.ts';

const about: About = {
  url: 'http://127.0.0.1:4333',
  paused: false,
  trouble: undefined,
  history: [1, 4, 2],
};

const wallMs = 1_800_000_061_000;

function containers(name: string, states: readonly string[]): object[] {
  return states.map((state, index) => ({
    id: `c-${index}`,
    state,
    runtime: 'nodejs24.x',
    ...(state === 'blank' ? {} : { functionName: name, memoryMb: 256 }),
    invocations: 10,
  }));
}

function topic(rows: Readonly<Record<string, object>>): TopicState {
  return { rows: new Map(Object.entries(rows)), known: true, cut: 0, silentHosts: [] };
}

/** What functions of an account had used: name, requests, errors. */
type UsedThen = readonly (readonly [string, number, number])[];

/** What had been counted at one moment after the other. */
interface Then {
  readonly atMs: number;
  readonly reused: number;
  readonly used: UsedThen;
}

function pictureAt(
  moments: readonly Then[],
  instances: readonly object[] = [],
  nowMs = moments.at(-1)?.atMs ?? 0,
): Picture {
  const starts = new CountedOverTime<ReturnType<typeof startsOf>>(1_000);
  const used = new CountedOverTime<ReturnType<typeof usedOf>>(1_000);
  for (const moment of moments) {
    const paths = {
      'reused-container': { path: 'reused-container', count: moment.reused, p50Ms: 0.5, p99Ms: 2 },
      'warm-instance': { path: 'warm-instance', count: 1, p50Ms: 120, p99Ms: 120 },
      'cold-instance': { path: 'cold-instance', count: 0, p50Ms: null, p99Ms: null },
    };
    starts.add(moment.atMs, startsOf(topic(paths)));
    const rows = moment.used.map(([functionName, requests, errors]) => ({
      account: '1',
      functionName,
      requests,
      errors,
    }));
    used.add(moment.atMs, usedOf(topic(Object.fromEntries(rows.map((row) => [row.functionName, row])))));
  }
  const topics = new Map<WatchedTopic, TopicState>([
    [
      'service',
      topic({ service: { driver: 'host', version: '1.2.3', region: 'us-east-1', startedAtMs: wallMs - 61_000 } }),
    ],
    ['instances', topic(Object.fromEntries(instances.map((one, n) => [String(n), one])))],
    [
      'warming',
      topic({
        queue: { length: 2, max: 1_000 },
        memory: { totalMb: 8_192, freeMb: 4_096, idleMb: 1_024 },
        'runtime nodejs24.x': { configuration: 'nodejs24.x', ready: 1, starting: 1, target: 2 },
      }),
    ],
  ]);
  const sample = sampleOf(topics, wallMs, starts.at(nowMs), used.at(nowMs));
  return pictureOf(sample ?? assert.fail('Something is not known.'));
}

/** So many instances, each of three containers. */
function many(count: number): object[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `i-${String(n).padStart(6, '0')}`,
    state: n % 10 === 0 ? 'warm' : 'allocated',
    ...(n % 10 !== 0 && { account: '1' }),
    configuration: 'nodejs24.x',
    bornAtMs: wallMs - (count - n) * 1_000,
    containers: containers(`f${n % 7}`, n % 10 === 0 ? ['blank'] : ['running', 'idle', 'blank']),
  }));
}

const picture = (count: number): Picture =>
  pictureAt(
    [
      {
        atMs: 1_000,
        reused: 100,
        used: [
          ['a', 50, 1],
          ['b', 5, 0],
        ],
      },
      {
        atMs: 3_000,
        reused: 300,
        used: [
          ['a', 150, 3],
          ['b', 5, 0],
        ],
      },
    ],
    many(count),
  );

describe('what was told over time', () => {
  test('rates are of the time between, of calls by path and by function', () => {
    const { callsPerSecond, errorsPerSecond, functions, running, starts } = picture(0);
    assert.deepEqual([callsPerSecond, errorsPerSecond, running], [100, 1, 0]);
    const reused = starts.find(({ path }) => path === 'reused-container');
    assert.deepEqual(reused, { path: 'reused-container', count: 300, perSecond: 100, p50Ms: 0.5, p99Ms: 2 });
    const cold = starts.find(({ path }) => path === 'cold-instance');
    assert.deepEqual(cold, { path: 'cold-instance', count: 0, perSecond: 0, p50Ms: undefined, p99Ms: undefined });
    assert.deepEqual(
      functions.map(({ name, perSecond }) => [name, perSecond]),
      [['a', 50]],
    );
  });

  test('rates are of the newest time that is long enough, and nothing was called where nothing is told', () => {
    const moments = [0, 500, 1_000, 1_500, 2_000].map((atMs) => ({ atMs, reused: atMs ** 2 / 1_000, used: [] }));
    assert.equal(pictureAt(moments).callsPerSecond, 3_000, 'from 1,000 to 2,000');
    assert.equal(pictureAt(moments, [], 3_900).callsPerSecond, 3_000, 'it may still be told');
    assert.equal(pictureAt(moments, [], 5_000).callsPerSecond, 0);
  });

  test('what was told once has no rates until it could have changed, and a service that counts from 0 again no negative ones', () => {
    const once = { atMs: 0, reused: 5, used: [] };
    assert.equal(pictureAt([once]).callsPerSecond, undefined);
    assert.equal(pictureAt([once], [], 1_000).callsPerSecond, 0);
    const [before, after] = [
      { atMs: 0, reused: 100, used: [['a', 9, 9]] as const },
      { atMs: 1_000, reused: 1, used: [['a', 1, 0]] as const },
    ];
    assert.equal(pictureAt([before, after]).callsPerSecond, 0);
  });

  test('functions have their containers, whichever instances these are in', () => {
    const { functions, running } = picture(70);
    assert.equal(running, 63);
    assert.equal(functions.length, 8, 'seven with containers, and one that was called');
    assert.equal(
      functions.reduce((sum, one) => sum + one.containers, 0),
      126,
    );
  });
});

describe('the picture', () => {
  test('fits terminals of every size, with any number of instances, in any state of the view', () => {
    const small = picture(3);
    const large = picture(1_000);
    for (const [columns, rows] of [
      [80, 24],
      [60, 12],
      [120, 30],
      [230, 70],
      [40, 8],
      [121, 13],
    ] as const)
      for (const list of ['instances', 'functions', 'hosts'] as const)
        for (const shown of [small, large]) {
          const { lines } = view(shown, about, { ...atFirst, list, offset: 10_000 }, columns, rows);
          assert.ok(lines.length <= rows, `${columns}x${rows}: ${lines.length} rows`);
          for (const line of lines) assert.ok([...line].length <= columns, line);
        }
  });

  test('in 80 columns and 24 rows it has all parts, and the last row says what keys do', () => {
    const { lines, page, offsetMax } = view(picture(1_000), about, atFirst, 80, 24);
    assert.equal(lines.length, 24);
    assert.match(lines[0] ?? '', /^heddle top {2}http:\/\/127\.0\.0\.1:4333 {2}host {2}v1\.2\.3 {2}up 1m +live$/);
    assert.match(lines[1] ?? '', /^Calls +▃█▅ 100\/s {2}1\.0\/s fail {2}900 running {2}2 of 1,000 waiting$/);
    assert.match(lines[2] ?? '', /^Memory {2}██████▒▒░{8} 3,072 used, 1,024 idle, of 8,192 MB$/);
    assert.match(lines[3] ?? '', /nodejs24\.x 1 of 2 \(\+1\)/);
    assert.ok(
      lines.some((line) => /^warm-instance +0 !120\.0 ms !120\.0 ms/.test(line)),
      'a broken promise is marked',
    );
    assert.ok(lines.some((line) => /^FUNCTION/.test(line)) && lines.some((line) => /^INSTANCE/.test(line)));
    assert.match(lines[23] ?? '', /^q quit {2}s sort: age .*↑↓ 1-\d+ of 1000/);
    assert.equal(page + offsetMax, 1_000);
  });

  test('a filter leaves what has it, and says so where nothing has', () => {
    const only = view(picture(50), about, { ...atFirst, filter: 'I-000049' }, 80, 24).lines.join('\n');
    assert.match(only, /i-000049/);
    assert.doesNotMatch(only, /i-000048/);
    assert.match(
      view(picture(5), about, { ...atFirst, filter: 'nobody' }, 80, 24).lines.join('\n'),
      /Nothing has "nobody" in it\./,
    );
  });

  test('without rows it is whole', () => {
    const { lines } = view(picture(500), about, atFirst, 120, undefined);
    assert.equal(lines.filter((line) => /^i-\d{6} /.test(line)).length, 500);
  });

  test('a service that is away, and a picture that is held, say so', () => {
    assert.match(
      view(picture(1), { ...about, trouble: 'no answer, trying again' }, atFirst, 80, 24).lines[0] ?? '',
      /no answer, trying again$/,
    );
    assert.match(view(picture(1), { ...about, paused: true }, atFirst, 80, 24).lines[0] ?? '', /paused$/);
  });

  test('hosts of a cluster are there, those that are silent first', () => {
    const host = {
      name: 'a',
      state: 'there',
      running: 3,
      waiting: 0,
      instances: 2,
      containers: 9,
      memoryMb: 512,
      memoryMbMax: 4_096,
      processorLoad: 1.5,
      processors: 2,
    } as const;
    const cluster: Picture = {
      ...picture(3),
      hosts: [host, { ...host, name: 'b', state: 'silent' }],
      silentHosts: ['b'],
    };
    const { lines } = view(cluster, about, { ...atFirst, list: 'hosts' }, 120, 40);
    const rows = lines.filter((line) => /^[ab] {10}/.test(line)).map((line) => line.slice(0, 24).trim().split(/ +/));
    assert.deepEqual(rows, [
      ['b', 'silent'],
      ['a', 'there'],
    ]);
    assert.ok(lines.some((line) => line.startsWith('No answer from b')));
  });
});

describe('keys', () => {
  const press = (state: ViewState, ...keys: readonly Key[]): Outcome =>
    keys.reduce<Outcome>((now, key) => (typeof now === 'string' ? now : keyPressed(now, key, 10, true)), state);
  const text = (typed: string): Key[] => Array.from(typed, (sequence) => ({ name: sequence.toLowerCase(), sequence }));

  test('q and Ctrl-C quit, but q is a letter of a filter', () => {
    assert.equal(press(atFirst, { name: 'q', sequence: 'q' }), 'quit');
    assert.equal(press(atFirst, ...text('/q'), { name: 'c', ctrl: true }), 'quit');
    assert.equal(press(atFirst, { name: 'z', ctrl: true }), 'suspend');
    assert.deepEqual(press(atFirst, ...text('/q?'), { name: 'return' }), { ...atFirst, filter: 'q?' });
    assert.deepEqual(press(atFirst, ...text('/ab'), { name: 'backspace' }, { name: 'escape' }), atFirst);
  });

  test('arrows scroll, s goes through all orders, Tab through all lists', () => {
    assert.deepEqual(press(atFirst, { name: 'pagedown' }, { name: 'up' }), { ...atFirst, offset: 9 });
    assert.deepEqual(press(atFirst, ...sorts.map(() => ({ name: 's' }))), atFirst);
    assert.deepEqual(press(atFirst, { name: 'tab' }, { name: 'tab' }, { name: 'tab' }), atFirst);
    assert.deepEqual(press(atFirst, { name: 'p' }, { name: 'space' }), atFirst);
  });
});

describe('text', () => {
  test('what a terminal would obey is not passed on', () => {
    assert.equal(printable('a\u001B[2Jb\r\nä中'), 'a·[2Jb····');
    assert.equal(cut('\u001B[31mabcdef\u001B[39m', 4), '\u001B[31mabc…\u001B[0m');
  });

  test('bars, sparklines and rates', () => {
    assert.deepEqual([bar(0, 4), bar(0.0001, 4), bar(0.5, 4), bar(7, 4)], ['    ', '▏   ', '██  ', '████']);
    assert.equal(sparkline([0, 5, 10], 5), '  ▁▅█');
    assert.deepEqual([undefined, 0, 0.01, 3.14, 1_234.5].map(rate), ['-', '0', '<0.1', '3.1', '1,235']);
  });

  test('containers are cells, or numbers where there are too many; instances keep their places', () => {
    assert.equal(cellsText(['running', 'idle', 'starting', 'blank', 'retiring'], 5), '●○◌·×');
    assert.equal(
      cellsText(
        Array.from({ length: 99 }, (_, n) => (n < 9 ? 'running' : 'idle')),
        20,
      ),
      '●9 ○90',
    );
    const rows = picture(20).instances;
    const names = (all: readonly InstanceRow[]): string[] => all.map(({ id }) => id);
    assert.deepEqual(names(sortedInstances(rows, 'age')), names(sortedInstances(rows.toReversed(), 'age')));
  });
});
