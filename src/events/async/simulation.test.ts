import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { functionOf } from '../../../test/simulation/service.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { CapacityError, InstanceLostError } from '../../model/errors.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { DurableStore, PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { EventOperations } from '../../store/durable/contracts/events.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { AsyncEvents } from './async-events.ts';
import { rulesOf } from './rules.ts';

// Services on one home, one after the other, each of which dies at a moment of its own, with a store that takes its time.

const { account } = functionOf('any');
const nothing = { config: undefined, tags: {}, deadLetter: undefined, reserved: undefined, egress: {} };

/** Small, fast and always the same (Mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** What all services together came to. */
class World {
  readonly clock = new VirtualClock();
  readonly random: (below: number) => number;
  readonly accepted = new Set<string>();
  readonly succeeded = new Map<string, number>();
  readonly errors = new Map<string, number>();
  deaths = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
  }
}

/** A service, until it dies: then nothing that it asked for is done any more, and nothing is answered. */
class Life {
  dead = false;
  readonly events: AsyncEvents;
  readonly #world: World;
  readonly #running = new Set<string>();
  #busyUntilMs = 0;

  constructor(world: World, store: InProcessStore) {
    this.#world = world;
    this.events = new AsyncEvents({
      store: this.#slow(store),
      workerManager: { invoke: (invocation) => this.#invoke(invocation) },
      targets: {
        target: async (_account, name) => ({ function: functionOf(name), invokedArn: functionOf(name).arn }),
        rules: async () => rulesOf(nothing),
      },
      delivery: {
        region: 'eu-west-1',
        queues: undefined,
        poster: { within: () => assert.fail(), freely: () => assert.fail() },
        outside: { services: {}, ownAccount: account },
      },
      clock: world.clock,
      logger: pino({ level: 'silent' }),
    });
  }

  die(): void {
    this.dead = true;
    this.events.stop();
    this.#world.deaths += 1;
  }

  /** Does one thing after the other, each some time after it was asked for, and answers some time after that. */
  #slow(store: InProcessStore): DurableStore {
    const { clock, random } = this.#world;
    const get =
      (_target: object, operation: string) =>
      async (input: unknown): Promise<unknown> => {
        this.#busyUntilMs = Math.max(clock.now(), this.#busyUntilMs) + random(4);
        await clock.sleep(this.#busyUntilMs - clock.now());
        if (this.dead) return await new Promise(() => undefined);
        const answer: unknown = await Reflect.apply(Reflect.get(store.parts.events, operation), undefined, [
          input,
          'process',
        ]);
        this.#busyUntilMs += random(3);
        await clock.sleep(this.#busyUntilMs - clock.now());
        return this.dead ? await new Promise(() => undefined) : answer;
      };
    const events = new Proxy<PartClient<EventOperations>>(store.parts.events, { get });
    return { ...store, parts: { ...store.parts, events } };
  }

  async #invoke({ requestId }: Invocation): Promise<InvocationOutcome> {
    const { clock, random, errors, succeeded } = this.#world;
    assert.ok(!this.#running.has(requestId), `${requestId} runs twice at a time`);
    const kind = random(10);
    if (kind === 0) throw new CapacityError('Full.', 1);
    this.#running.add(requestId);
    await clock.sleep(random(500));
    if (this.dead) return await new Promise(() => undefined);
    this.#running.delete(requestId);
    if (kind === 1) throw new InstanceLostError('It died.');
    const ok = kind > 4;
    const counted = ok ? succeeded : errors;
    counted.set(requestId, (counted.get(requestId) ?? 0) + 1);
    const payload = Buffer.from('{"errorMessage":"no"}');
    return {
      result: ok ? { ok, payload } : { ok, payload, functionError: 'Unhandled' },
      ...{ startPath: 'reused-container', startMs: 1, durationMs: 1, memoryPeakMb: 1 },
      ...{ instanceId: 'i', containerId: 'c', log: '' },
    };
  }
}

async function simulate(seed: number, path: string): Promise<void> {
  const world = new World(seed);
  const { clock, random } = world;
  const lives = 1 + random(4);
  for (let n = 1; n <= lives; n++) {
    await using store = openInProcessStore(path);
    const life = new Life(world, store);
    void life.events.resume();
    for (let asked = 0; asked < 100; asked++) {
      const requestId = `${n}-${asked}`;
      const event = { account, functionName: `f${random(2)}`, requestId, payload: Buffer.from('{}') };
      void life.events.accept(event).then(
        () => world.accepted.add(requestId),
        (error: unknown) => assert.ok(life.dead, String(error)),
      );
      // In crowds, larger than what is taken into memory at once.
      if (random(20) === 0) await clock.advance(random(1_500));
    }
    if (n === lives) await clock.advance(25_200_000);
    await clock.advance(random(90_000));
    life.die();
    await clock.advance(1_000);
  }
  await using store = openInProcessStore(path);
  for (const requestId of world.accepted) {
    const [report] = await store.parts.events.find({ account, requestId });
    const what = `seed ${seed}, event ${requestId}: ${JSON.stringify(report)}`;
    const successes = world.succeeded.get(requestId) ?? 0;
    const errors = world.errors.get(requestId) ?? 0;
    assert.ok(report?.condition !== undefined, `${what} has not ended`);
    if (report.condition === 'Success') assert.ok(successes >= 1, `${what} did not succeed`);
    else assert.ok(report.condition === 'RetriesExhausted' && errors >= 3, `${what} was given up`);
    assert.ok(successes <= world.deaths, `${what} succeeded ${successes} times`);
    assert.ok(errors < 3 + world.deaths, `${what} failed ${errors} times`);
    if (lives === 1) assert.ok(successes <= 1 && errors <= 3, `${what}, without a death, was run too often`);
  }
  assert.ok(world.accepted.size >= 60, `seed ${seed}: only ${world.accepted.size} were accepted`);
}

test('however often services die, what was acknowledged ends, never runs twice at a time, and not more often than they died', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-simulated-'));
    await simulate(seed, join(folder.path, 'durable.sqlite'));
  }
});
