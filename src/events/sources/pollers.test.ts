import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../model/clock.ts';
import { allowedLineage, type Lineage } from '../../model/invocations/lineage.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { MemoryQueue, MemoryStream, record } from '../testing/memory-sources.ts';
import { SourceBudget } from './budget/source-budget.ts';
import { BatchRunner, noCounts, type CallFunction } from './batch-runner.ts';
import { eventBytesMax } from './gather.ts';
import { pollQueue, type PollerOptions } from './queue-poller.ts';
import { readStream } from './stream-reader.ts';

const base: MappingRecord = {
  uuid: 'one',
  account: '000000000000',
  functionName: 'takes',
  sourceArn: 'arn:any',
  enabled: true,
  batchSize: 10,
  windowSeconds: 0,
  filters: [],
  reportsItems: false,
  createdAt: 0,
  modifiedAt: 0,
  kept: {},
  tags: {},
};

const size = { bytesMax: 1_000_000_000, receiversMax: 4_096 };

interface Poll extends AsyncDisposable {
  readonly options: PollerOptions;
  /** The ids of each batch that the function got. */
  readonly batches: string[][];
}

function idsIn(payload: Buffer): string[] {
  const { Records }: { Records: readonly { readonly messageId: string }[] } = JSON.parse(payload.toString());
  return Records.map(({ messageId }) => messageId);
}

function optionsWith(
  changes: Partial<MappingRecord>,
  call: CallFunction,
  budget = new SourceBudget(size),
): Omit<Poll, typeof Symbol.asyncDispose> & { readonly over: AbortController } {
  const batches: string[][] = [];
  const over = new AbortController();
  const mapping = { ...base, ...changes };
  const counted: CallFunction = (to, payload, lineage) => {
    batches.push(idsIn(payload));
    return call(to, payload, lineage);
  };
  const runner = new BatchRunner(mapping, counted, noCounts(), 'body', (Records) => ({ Records }));
  const holder = budget.holder(mapping.account);
  const options = {
    mapping,
    runner,
    holder,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    signal: over.signal,
  };
  return { options, batches, over };
}

function poll(queue: MemoryQueue, changes: Partial<MappingRecord>, call: CallFunction, budget?: SourceBudget): Poll {
  const { options, batches, over } = optionsWith(changes, call, budget);
  const ended = pollQueue(queue, options);
  return {
    options,
    batches,
    async [Symbol.asyncDispose]() {
      over.abort();
      await ended;
    },
  };
}

const ok: CallFunction = async () => ({ kind: 'ok', payload: Buffer.from('null') });

async function until(what: () => boolean): Promise<void> {
  while (!what()) await wait(1);
}

describe('a queue with a function', () => {
  test('messages that would go on with a loop are apart from the others, in a FIFO queue with those behind them', async () => {
    const fn = { account: base.account, name: base.functionName };
    let lineage: Lineage | undefined;
    for (let n = 0; n < 16; n++) lineage = allowedLineage(lineage, fn);
    const items = ['a', 'loop', 'b'].map((id) => ({
      ...record(id),
      ...(id === 'loop' && { trace: `Lineage=${lineage}` }),
    }));
    const lineages: (string | undefined)[] = [];
    const call: CallFunction = async (_mapping, _payload, of) => {
      lineages.push(of);
      return { kind: 'ok', payload: Buffer.from('null') };
    };
    for (const [sourceArn, batches] of [
      ['arn:aws:sqs:::q', [['a', 'b'], ['loop']]],
      ['arn:aws:sqs:::q.fifo', [['a'], ['loop', 'b']]],
    ] as const) {
      const queue = new MemoryQueue();
      queue.put(...items);
      await using polling = poll(queue, { sourceArn }, call);
      await until(() => queue.left === 0);
      assert.deepEqual(polling.batches, batches);
    }
    assert.deepEqual(lineages, [undefined, lineage, undefined, lineage]);
  });

  test('all messages are done, in batches of the size that was asked for at most', async () => {
    const queue = new MemoryQueue();
    queue.put(...Array.from({ length: 95 }, (_, n) => record(`m${n}`)));
    await using polling = poll(queue, { batchSize: 10 }, ok);
    await until(() => queue.left === 0);
    assert.equal(new Set(queue.finished).size, 95);
    assert.ok(polling.batches.every(({ length }) => length <= 10));
    assert.equal(polling.options.runner.counts.done, 95);
    assert.equal(polling.options.runner.counts.last, 'OK');
  });

  test('large batches are gathered, within what an event may hold', async () => {
    const queue = new MemoryQueue();
    const body = JSON.stringify('x'.repeat(1 << 20));
    queue.put(...Array.from({ length: 12 }, (_, n) => record(`m${n}`, body)));
    await using polling = poll(queue, { batchSize: 100, windowSeconds: 1, concurrencyMax: 1 }, ok);
    await until(() => queue.left === 0);
    const most = Math.floor(eventBytesMax / (body.length + 50));
    assert.ok(
      polling.batches.every(({ length }) => length <= most),
      JSON.stringify(polling.batches.map(({ length }) => length)),
    );
  });

  test('what was gathered stays away for as long as if it had come just now', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a'), record('b'));
    await using polling = poll(queue, { batchSize: 2, windowSeconds: 300 }, ok);
    await until(() => queue.left === 0);
    assert.deepEqual(polling.batches, [['a', 'b']]);
    assert.deepEqual(queue.keptAway, [
      ['a', 30_000],
      ['b', 30_000],
    ]);
  });

  test('no more batches are with the function at a time than may be', async () => {
    const queue = new MemoryQueue();
    queue.put(...Array.from({ length: 200 }, (_, n) => record(`m${n}`)));
    let running = 0;
    let most = 0;
    await using polling = poll(queue, { batchSize: 5, concurrencyMax: 3 }, async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(2);
      running -= 1;
      return { kind: 'ok', payload: Buffer.from('') };
    });
    await until(() => queue.left === 0);
    assert.equal(most, 3);
    assert.ok(polling.batches.length >= 40);
  });

  test('what failed stays away, and comes again by itself', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a'), record('b'));
    let fails = true;
    await using polling = poll(queue, { concurrencyMax: 2 }, async () =>
      fails ? { kind: 'failed', error: 'as asked' } : { kind: 'ok', payload: Buffer.from('') },
    );
    await until(() => polling.options.runner.counts.failed === 2);
    assert.deepEqual(queue.finished, []);
    assert.equal(polling.options.runner.counts.last, 'PROBLEM: as asked');
    fails = false;
    queue.returnAll();
    await until(() => queue.left === 0);
  });

  test('of a batch of which some failed the others are done', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a'), record('b'), record('c'));
    await using _ = poll(queue, { reportsItems: true }, async () => ({
      kind: 'ok',
      payload: Buffer.from('{"batchItemFailures":[{"itemIdentifier":"b"}]}'),
    }));
    await until(() => queue.finished.length === 2);
    assert.deepEqual(queue.finished, ['a', 'c']);
    assert.equal(queue.left, 1);
  });

  test('where there is no capacity messages wait, kept away meanwhile, and count as no failure', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a'));
    let times = 0;
    await using polling = poll(queue, {}, async () => {
      times += 1;
      return times < 3 ? { kind: 'throttled', error: 'none' } : { kind: 'ok', payload: Buffer.from('') };
    });
    await until(() => queue.left === 0);
    assert.deepEqual(queue.keptAway, [
      ['a', 30_250],
      ['a', 30_500],
    ]);
    assert.deepEqual(polling.batches, [['a'], ['a'], ['a']]);
  });

  test('what the filters do not want is done without the function', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a', '{"n":1}'), record('b', '{"n":2}'), record('c', 'text'));
    await using polling = poll(queue, { filters: ['{"body":{"n":[2]}}'] }, ok);
    await until(() => queue.left === 0);
    assert.deepEqual(polling.batches, [['b']]);
    assert.equal(polling.options.runner.counts.filtered, 2);
  });

  test('receivers that find nothing go, but for one', async () => {
    const queue = new MemoryQueue();
    queue.put(...Array.from({ length: 300 }, (_, n) => record(`m${n}`)));
    await using _ = poll(queue, {}, ok);
    await until(() => queue.left === 0);
    assert.ok(queue.receivingMost > 1 && queue.receivingMost <= 32, `${queue.receivingMost}`);
  });

  test('what is in hand when it ends is given back', async () => {
    const queue = new MemoryQueue();
    queue.put(record('a'));
    const stopping = Promise.withResolvers<void>();
    {
      await using polling = poll(queue, {}, async () => {
        await stopping.promise;
        return { kind: 'stopping' };
      });
      await until(() => polling.batches.length === 1);
      stopping.resolve();
      await until(() => queue.keptAway.length > 0);
    }
    assert.equal(queue.left, 1);
    assert.deepEqual(queue.finished, []);
  });
});

describe('many queues, and memory for few of their messages', () => {
  test('hold no more than there is room for, and a mapping that has little waits for nobody', async () => {
    const mib = 1 << 20;
    const bytesMax = 32 * mib;
    const budget = new SourceBudget({ bytesMax, receiversMax: 4_096 });
    const body = JSON.stringify('x'.repeat(mib));
    const gate = Promise.withResolvers<void>();
    let most = 0;
    const slow: CallFunction = async () => {
      most = Math.max(most, budget.bytes);
      await gate.promise;
      return { kind: 'ok', payload: Buffer.from('') };
    };
    const large = Array.from({ length: 6 }, (_, q) => {
      const queue = new MemoryQueue();
      queue.put(...Array.from({ length: 30 }, (__, n) => record(`${q}-${n}`, body)));
      return queue;
    });
    await using stack = new AsyncDisposableStack();
    for (const queue of large) stack.use(poll(queue, { batchSize: 5 }, slow, budget));
    // What it holds then stands still: nobody may take more.
    await until(() => budget.bytes > bytesMax / 2);
    const small = new MemoryQueue();
    small.put(record('small'));
    stack.use(poll(small, { account: '999999999999' }, ok, budget));
    await until(() => small.left === 0);
    assert.ok(large.every(({ finished }) => finished.length === 0));
    gate.resolve();
    await until(() => large.every(({ left }) => left === 0));
    // Each of the receivers that waited when room became short may have brought one answer of its source.
    const [answer] = [10 * (mib + 60)];
    assert.ok(most <= bytesMax + large.length * answer, `${most}`);
    await until(() => budget.bytes === 0);
  });
});

describe('a source in an order', () => {
  const rules = { startAt: 'TRIM_HORIZON', retriesMax: 1, ageSecondsMax: -1, bisects: true } as const;

  test('is done in its order; what cannot be done is given up, and nothing else', async () => {
    const stream = new MemoryStream(Array.from({ length: 50 }, (_, n) => record(`${n}`)));
    const givenUp: string[] = [];
    const { options, over } = optionsWith({ batchSize: 8 }, async (_to, payload) =>
      idsIn(payload).some((id) => id === '13' || id === '40')
        ? { kind: 'failed', error: 'no' }
        : { kind: 'ok', payload: Buffer.from('') },
    );
    const reading = readStream(
      stream,
      options,
      rules,
      async (items) => void givenUp.push(...items.map(({ id }) => id)),
    );
    await stream.ended;
    over.abort();
    await reading;
    assert.deepEqual(
      stream.finished,
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
    assert.deepEqual(givenUp, ['13', '40']);
  });

  test('what could not be given up is tried again, and nothing is skipped', async () => {
    const stream = new MemoryStream(Array.from({ length: 4 }, (_, n) => record(`${n}`)));
    const { options, over } = optionsWith({ batchSize: 2 }, async (_to, payload) =>
      idsIn(payload).includes('0') ? { kind: 'failed', error: 'no' } : { kind: 'ok', payload: Buffer.from('') },
    );
    let told = 0;
    const reading = readStream(stream, options, { ...rules, retriesMax: 0, bisects: false }, async () => {
      told += 1;
      if (told === 1) throw new Error('nowhere to put it');
    });
    await stream.ended;
    over.abort();
    await reading;
    assert.equal(told, 2);
    assert.deepEqual(stream.finished, ['0', '1', '2', '3']);
  });

  test('holds nothing up that nobody wants', async () => {
    const stream = new MemoryStream(Array.from({ length: 20 }, (_, n) => record(`${n}`, `{"n":${n % 2}}`)));
    const { options, batches, over } = optionsWith({ filters: ['{"body":{"n":[1]}}'] }, ok);
    const reading = readStream(stream, options, rules, async () => undefined);
    await stream.ended;
    over.abort();
    await reading;
    assert.deepEqual(batches.flat(), ['1', '3', '5', '7', '9', '11', '13', '15', '17', '19']);
  });

  test('is left as it is where the service stops: what is behind is not even asked for', async () => {
    const stream = new MemoryStream(Array.from({ length: 20 }, (_, n) => record(`${n}`)));
    const { options, batches } = optionsWith({ batchSize: 2 }, async () => ({ kind: 'stopping' }));
    await readStream(stream, options, rules, async () => undefined);
    assert.deepEqual(batches, [['0', '1']]);
    assert.deepEqual(stream.finished, []);
  });
});
