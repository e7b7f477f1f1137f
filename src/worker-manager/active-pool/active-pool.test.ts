import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { candidates, dataOf } from '../../../test/simulation/pool-data.ts';
import { functionOf } from '../../../test/simulation/service.ts';
import type { Guest, GuestContainer } from '../../instance/guest.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { RuntimeName } from '../../model/runtimes/configuration.ts';
import type { ActiveContainer, ActiveInstance, Code } from './state.ts';
import { ActivePool } from './active-pool.ts';
import { Registry } from './registry.ts';

let ids = 0;
const never = new Promise<never>(() => undefined);

const runtimes: readonly RuntimeName[] = ['nodejs24.x', 'nodejs22.x'];

function container(which: number): GuestContainer {
  const runtime = runtimes[which % 2] ?? 'nodejs24.x';
  return {
    id: `c-${(ids += 1)}`,
    kind: runtime,
    exited: never,
    hasExtensions: false,
    unheard: () => '',
    load: () => never,
    invoke: () => never,
    end: () => never,
    kill: () => never,
  };
}

function guest(blanks: number, left: number): Guest & { containersLeft: number } {
  return {
    id: `i-${(ids += 1)}`,
    configuration: { blanks: {}, containersMax: 4, memoryMb: 1_024, heapsBySize: false },
    firstContainers: Array.from({ length: blanks }, (_, nth) => container(nth)),
    containersLeft: left,
    exited: never,
    makeContainer: () => never,
    processorMs: () => never,
    hold: () => Promise.resolve(),
    warmUp: () => Promise.resolve(),
    rest: () => undefined,
    wake: () => undefined,
    residentBytes: () => Promise.resolve(0),
    destroy: () => Promise.resolve(),
  };
}

/** Two accounts with three functions each, of two sizes and runtimes; and with tenants of two functions, and a function with dedicated instances. */
const owners = ['111111111111', '222222222222'].flatMap((account): (readonly [FunctionVersion, string?])[] => [
  ...[128, 128, 512].map((memoryMb, index) => [functionOf(`f${index}`, { account, memoryMb })] as const),
  ...['blue', 'green'].flatMap((tenantId) =>
    ['t1', 't2'].map((name) => [functionOf(name, { account, tenancy: 'PER_TENANT' }), tenantId] as const),
  ),
  [functionOf('own', { account, capacity: { kind: 'dedicated' } })],
]);

type Step = readonly [kind: number, which: number];

/** Applies random transitions, and calls `check` after each. */
function walk(steps: readonly Step[], check: (active: ActivePool, codes: readonly Code[]) => void): void {
  const registry = new Registry({ containersMax: 4, heapsBySize: false });
  const active = new ActivePool(registry);
  const codes = owners.map(([fn, tenantId]) => registry.begin(fn, tenantId));
  let now = 0;
  for (const [kind, which] of steps) {
    now += 1;
    const code = codes[which % codes.length] ?? assert.fail();
    const instance = [...active.instances][which % Math.max(1, active.instances.size)];
    const containers = [...active.instances].flatMap((one) => [...one.containers]);
    const some = containers[which % Math.max(1, containers.length)];
    step(active, kind, code, instance, some, now, which);
    check(active, codes);
  }
  for (const instance of [...active.instances]) active.removeInstance(instance, now);
  for (const code of codes) registry.ended(code);
  assert.equal(registry.codeCount, 0);
  assert.equal([...registry.pools].length, 0);
  assert.equal(active.idleMb, 0);
}

function step(
  active: ActivePool,
  kind: number,
  code: Code,
  instance: ActiveInstance | undefined,
  some: ActiveContainer | undefined,
  now: number,
  which: number,
): void {
  if (kind === 0) {
    const made = guest(which % 3, which % 4);
    active.allocate(code.pool, made, made.firstContainers, now, now);
  }
  if (instance !== undefined) {
    if (kind === 1 && instance.hasRoom) active.addBlank(instance, container(which), now);
    const own = active.blankInstance(code.pool, code.function.runtime, code.function.memoryMb);
    if (kind >= 2 && kind <= 4 && own !== undefined) active.takeBlank(own, code, now).state = 'running';
    if (kind === 10) active.retire(instance, now);
    if (kind === 11) active.removeInstance(instance, now);
  }
  if (some === undefined) return;
  if (kind >= 5 && kind <= 7 && some.state === 'running' && !some.instance.retiring) active.rest(some, now);
  if (kind === 8 && some.state === 'idle' && !some.instance.retiring) active.reuse(some, now);
  if (kind === 9) active.withdraw(some, now);
  if (kind === 12) active.removeContainer(some, now);
}

const steps = fc.array(fc.tuple(fc.nat(12), fc.nat(1_000)), { minLength: 20, maxLength: 60 });

test('the indexes offer placement what a look at everything finds, after each of thousands of random steps', () => {
  let compared = 0;
  fc.assert(
    fc.property(steps, (all) => {
      walk(all, (active, codes) => {
        const data = dataOf(active);
        for (const code of codes) {
          const found = candidates(data, code);
          const offered: Record<string, string | undefined> = {
            idle: code.idle.newest?.guest.id,
            blank: active.blankInstance(code.pool, code.function.runtime, code.function.memoryMb)?.guest.id,
            room: active.roomInstance(code.pool, code.function.memoryMb)?.guest.id,
            replaceable: code.pool.replaceable.oldest?.guest.id,
            evictableMb: String(active.idleMb),
          };
          for (const [what, ids] of Object.entries(found)) {
            compared += ids.length;
            if (ids.length === 0) assert.equal(offered[what], undefined, what);
            else
              assert.ok(ids.includes(offered[what] ?? ''), `${what}: ${offered[what]} is not among ${ids.join(', ')}`);
          }
        }
      });
    }),
    { numRuns: 300 },
  );
  assert.ok(compared > 20_000, `Only ${compared} candidates were compared.`);
});

test('whatever happens, an instance holds code of one account, one tenant and, where it is dedicated, one function only', () => {
  let seen = 0;
  fc.assert(
    fc.property(steps, (all) => {
      walk(all, (active, codes) => {
        for (const instance of active.instances) {
          const tenants = new Set<string | undefined>();
          for (const { code } of instance.containers) {
            if (code === undefined) continue;
            seen += 1;
            const [fn, tenantId] = owners[codes.indexOf(code)] ?? assert.fail();
            assert.equal(fn.account, instance.pool.account);
            assert.equal(instance.pool.owner.functionName, fn.capacity === undefined ? undefined : fn.name);
            tenants.add(tenantId);
          }
          assert.ok(tenants.size <= 1, `Code of ${[...tenants].join(' and ')} in one instance.`);
        }
      });
    }),
    { numRuns: 1_000 },
  );
  assert.ok(seen > 1_000, `Only ${seen} containers with code were seen.`);
});

test('a function that has tenants is called for one, and no other is', () => {
  const registry = new Registry({ containersMax: 4, heapsBySize: false });
  assert.throws(() => registry.begin(functionOf('with', { tenancy: 'PER_TENANT' })), /no tenant/);
  assert.throws(() => registry.begin(functionOf('without'), 'blue'), /no tenancy/);
  assert.equal([...registry.pools].length, 0);
});
