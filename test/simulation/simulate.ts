import assert from 'node:assert/strict';
import type { FunctionVersion } from '../../src/model/functions/function.ts';
import type { ProvisionedKey } from '../../src/worker-manager/contract.ts';
import { Invariants } from './invariants.ts';
import { pick, seededRandom } from './random.ts';
import { SimulatedService } from './service.ts';
import type { Behaviour, SimulatedGuest, World } from './simulated-guest.ts';
import { sendTraffic } from './traffic.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly requests: number;
  readonly accounts: number;
  /** Memory of all instances together, MiB. */
  readonly memoryMb: number;
}

const concurrency = 2;
const coldStartsMax = 4;
const gone = 'The client has gone.';
const badEnds: readonly Behaviour['end'][] = [
  'error',
  'init-error',
  'uncaught',
  'crash-before-start',
  'crash',
  'memory',
  'instance-dies',
];

function provisionedKey(account: string): ProvisionedKey {
  return { account, functionName: 'f0', qualifier: '1' };
}

/** Drives the real pool, placement, manager and reaper through generated traffic on instances that fail in every way. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #invariants: Invariants;
  readonly #service: SimulatedService;
  readonly #counts: Record<string, number> = {};
  /** Accounts whose first function has containers that are kept ready. */
  readonly #provisioned: Set<string> = new Set();
  #ended = 0;
  #steps = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#invariants = new Invariants(options.memoryMb, concurrency + coldStartsMax);
    this.#service = new SimulatedService({
      seed: options.seed,
      concurrency,
      coldStartsMax,
      processors: { count: 2, full: () => this.#random() < 0.5 },
      witness: this.#invariants,
      settings: {
        memoryMb: options.memoryMb,
        queueMax: 200,
        queueWaitMs: 4_000,
        containerIdleMs: 20_000,
        instanceIdleMs: 10_000,
        instanceLifeMs: 300_000,
        surplusIdleMs: 5_000,
        warm: [3, 12],
      },
      world: this.#world(),
      startGuest: (guest, signal) => this.#boot(guest, signal),
      observer: {
        instanceFailed: () => this.#count('start failed'),
        instanceEnded: (_key, _detail, expected) => this.#count(expected ? 'instance destroyed' : 'instance died'),
      },
    });
  }

  /** Throws AssertionError at the first broken promise; else says how often what happened. */
  async run(): Promise<Record<string, number>> {
    const service = this.#service;
    service.clock.afterStep = () => {
      this.#invariants.check(service);
      if ((this.#steps += 1) % 500 === 0) this.#invariants.audit(service);
    };
    service.warming.start();
    const { accounts, requests } = this.#options;
    const send = (fn: FunctionVersion): void => this.#send(fn);
    await sendTraffic({ service, random: this.#random, requests, accounts, functionsPerAccount: 8, send });
    await service.clock.advance(30_000);
    for (const account of this.#provisioned) {
      const key = provisionedKey(account);
      if (service.manager.provisioned(key)?.status === 'READY') this.#count('provisioned to the end');
      service.manager.provision(key, []);
    }
    assert.equal(this.#ended, requests, 'A request has not ended.');
    await service.clock.advance(120_000);
    const left = service.manager.snapshot().instances.filter(({ state }) => state !== 'warm');
    assert.equal(left.length, 0, 'The reaper has left instances behind.');
    await service.clock.until(service.manager.stop(1_000));
    assert.equal(service.memory.usedMb, 0, 'Memory is still reserved.');
    assert.equal(this.#invariants.alive.size, 0, 'An instance has leaked.');
    return { ...this.#counts, steps: this.#steps, virtualSeconds: Math.round(service.clock.now() / 1_000) };
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  #world(): Omit<World, 'clock'> {
    const random = this.#random;
    return {
      containerMs: () => (random() < 0.03 ? undefined : 20 + random() * 60),
      killMs: () => random() * 5,
      destroyMs: () => random() * 80,
      behaviour: () => ({
        startMs: random() < 0.002 ? 1e7 : random() * 3,
        initMs: random() * 100,
        runMs: random() < 0.002 ? undefined : random() * 200,
        share: random() < 0.5 ? random() * 0.2 : 0.5 + random() * 0.5,
        end: random() < 0.97 ? 'ok' : pick(random, badEnds),
      }),
    };
  }

  async #boot(guest: () => SimulatedGuest, signal: AbortSignal): Promise<SimulatedGuest> {
    const random = this.#random;
    const { clock } = this.#service;
    this.#invariants.booting += 1;
    try {
      await clock.sleep(random() < 0.02 ? 5_000 : 100 + random() * 300);
      signal.throwIfAborted();
      if (random() < 0.15) throw new Error('The driver failed.');
      const started = guest();
      if (random() < 0.3) clock.timer(random() * 600_000, () => started.die());
      return started;
    } finally {
      this.#invariants.booting -= 1;
    }
  }

  #send(fn: FunctionVersion): void {
    if (fn.name === 'f0' && this.#provisioned.size < 4 && !this.#provisioned.has(fn.account)) {
      this.#provisioned.add(fn.account);
      this.#service.manager.provision(provisionedKey(fn.account), [{ function: fn, count: 2 }]);
    }
    const client = new AbortController();
    const random = this.#random;
    if (random() < 0.01) this.#service.clock.timer(random() * 500, () => client.abort(new Error(gone)));
    const settled = (what: string): void => {
      this.#ended += 1;
      this.#count(what);
    };
    const tenantId = fn.tenancy === undefined ? undefined : `t${Math.floor(random() * 4)}`;
    if (tenantId !== undefined) this.#count('for a tenant');
    this.#service.manager.invoke(this.#service.request(fn, tenantId), client.signal).then(
      ({ result, startPath, startMs, durationMs }) => {
        assert.ok(startMs >= 0 && durationMs >= 0);
        if (!result.ok) this.#count('function error');
        settled(startPath);
      },
      (error: Error) => {
        if (error.message === gone) return settled('client gone');
        assert.ok(['CapacityError', 'InstanceLostError'].includes(error.name), String(error.stack));
        settled(error.name);
      },
    );
  }
}
