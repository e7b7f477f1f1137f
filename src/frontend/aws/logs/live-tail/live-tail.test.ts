import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { VirtualClock } from '../../../../../test/simulation/virtual-clock.ts';
import { limits } from '../../../../model/limits.ts';
import type { LogStore } from '../../../../store/logs/contract.ts';
import { openLogStore } from '../../../../store/logs/log-store.ts';
import { createLogger } from '../../../observing/logger.ts';
import type { LogGroup } from '../log-groups.ts';
import { LiveTail } from './live-tail.ts';
import { liveTailRequest } from './request.ts';

const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:ours';
const hourMs = 3_600_000;

describe('a session of Live Tail', () => {
  let folder: string;
  let clock: VirtualClock;
  let logs: LogStore;
  let groups: readonly LogGroup[];
  let tail: LiveTail;
  let parts: AsyncGenerator<readonly Uint8Array[]>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heddle-tail-'));
    clock = new VirtualClock();
    logs = openLogStore({ folder, clock });
    groups = [{ name: 'ours', arn, createdAt: 0, functions: ['f'] }];
    const request = liveTailRequest({ logGroupIdentifiers: [arn] });
    const more = { account: '1', request, groups: async () => groups };
    tail = new LiveTail({ logs, clock, logger: createLogger('silent'), random: Math.random, ...more }, groups);
    parts = tail.messages();
  });
  afterEach(async () => {
    tail[Symbol.dispose]();
    await logs[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const print = (text: string, name = 'f'): void => logs.append('1', name, { requestId: text, text: `${text}\n` });
  /** The next message: what its event is, and what it has. */
  async function next(): Promise<string> {
    const { value } = await clock.until(parts.next());
    return Buffer.concat(value ?? []).toString('latin1');
  }
  /** The next update in which something was printed: that a log is read from takes moments of no clock of ours. */
  async function nextLines(): Promise<readonly string[]> {
    for (;;) {
      const messages = [...(await next()).matchAll(/"message":"(.*?)\\n"/g)].map(([, message = '']) => message);
      if (messages.length > 0) return messages;
    }
  }

  test('tells each second what was printed in it, and that nothing was', async () => {
    print('one');
    print('two');
    assert.deepEqual(await nextLines(), ['one', 'two']);
    assert.match(await next(), /sessionUpdate.*\{"sessionMetadata":\{"sampled":false\},"sessionResults":\[\]\}/s);
    print('three');
    const before = clock.now();
    assert.deepEqual(await nextLines(), ['three']);
    assert.equal(clock.now() - before, 1_000);
  });

  test('follows functions that come to its groups, with what they have printed by then, and leaves those that go', async () => {
    await clock.advance(20_000);
    groups = [{ name: 'ours', arn, createdAt: 0, functions: ['g'] }];
    print('before', 'g');
    assert.deepEqual(await nextLines(), ['before']);
    print('nobody’s');
    print('after', 'g');
    assert.deepEqual(await nextLines(), ['after']);
  });

  test('drops the oldest updates of who is too slow, and keeps a bounded number', async () => {
    print('first');
    await nextLines();
    const seconds = limits.liveTailUpdatesBehindMax + 20;
    for (let second = 0; second < seconds; second++) {
      print(`s${second}`);
      await clock.advance(1_000);
    }
    const kept = Array.from({ length: limits.liveTailUpdatesBehindMax }, (_, n) => `s${seconds + n - 10}`);
    const seen: string[] = [];
    for (const _ of kept) seen.push(...(await nextLines()));
    assert.deepEqual(seen, kept);
  });

  test('is over after three hours, and says so', async () => {
    await clock.advance(3 * hourMs - 1);
    const { value: update } = await parts.next();
    assert.match(Buffer.concat(update ?? []).toString('latin1'), /sessionUpdate/);
    const rest: string[] = [];
    await clock.advance(1);
    for await (const part of parts) rest.push(Buffer.concat(part).toString('latin1'));
    assert.equal(rest.length, limits.liveTailUpdatesBehindMax);
    assert.match(rest.at(-1) ?? '', /:message-type.{3}exception.*SessionTimeoutException.*three hours/s);
  });

  test('ends with an exception where the groups cannot be read', async () => {
    Object.defineProperty(groups, 'flatMap', { value: () => assert.fail('as asked') });
    const messages: string[] = [];
    const reading = (async () => {
      for await (const part of parts) messages.push(Buffer.concat(part).toString('latin1'));
    })();
    await clock.until(reading);
    assert.match(messages.at(-1) ?? '', /SessionStreamingException.*cannot be read/s);
  });
});
