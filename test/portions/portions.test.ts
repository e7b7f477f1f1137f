import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { PortionError, remote, spawn, trusted, untrusted, type PortionPolicy } from '../../src/index.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import type { StandardSchema } from '../../src/sdk/portions/standard-schema.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import type { RunningService } from '../e2e/service.ts';
import { runProgram, useService, workFile, type Work } from '../threads/harness.ts';
import { askForSession, counter, faults, forge, look, type Counter } from './fixtures.ts';

interface Shown {
  readonly portions: Record<'trusted' | 'untrusted', Record<'calls' | 'running' | 'failed' | 'groups', number>>;
  readonly instances: readonly {
    readonly id: string;
    readonly portion?: { readonly trust: string; readonly group: string };
  }[];
}

async function snapshot({ home, url }: RunningService): Promise<Shown> {
  using client = new HeddleClient(findConnection(home, { ...process.env, HEDDLE_URL: url }));
  return JSON.parse(JSON.stringify(await client.admin('GET', '/snapshot')));
}

async function failure(call: Promise<unknown>): Promise<PortionError> {
  const error = await call.then(
    (value) => assert.fail(`It gave ${JSON.stringify(value)}, and should have failed.`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PortionError, String(error));
  return error;
}

for (const { name, skip } of await driversUnderTest({ usual: 'gvisor' })) {
  if (name === 'microvm') continue;
  const own = name !== 'host';
  describe(`portions, driver ${name}`, { skip }, () => {
    const policy: PortionPolicy = { kernel: own ? 'own' : 'any', output: 'silent', timeoutMs: 120_000 };
    let service: RunningService;
    before(async () => {
      service = await useService(name);
    });
    after(() => service[Symbol.asyncDispose]());

    test('an untrusted one is in another instance than all else, and finds nothing there', async () => {
      const secretFile = join(service.home, 'secret');
      await writeFile(secretFile, 'hush');
      const leave = trusted(
        async () => {
          const { writeFileSync, readFileSync } = await import('node:fs');
          writeFileSync('/tmp/left', process.env['TOKEN'] ?? '');
          return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
        },
        { env: { TOKEN: 'hush' }, output: 'silent' },
      );
      const [trustedBoot, thread, seen] = await Promise.all([
        leave(),
        spawn(look, [secretFile], { output: 'silent' }),
        untrusted(look, policy)(secretFile),
      ]);
      const { boot, processes, ...found } = seen;
      assert.deepEqual(found, {
        pid: seen['pid'],
        variables: [],
        secretFile: 'ENOENT',
        tmp: [],
        shm: [],
        name: 'ENOTFOUND',
        service: found['service'],
        outside: found['outside'],
      });
      for (const place of ['service', 'outside']) assert.match(String(seen[place]), /^E[A-Z]+$/);
      assert.ok(Number(processes) <= 3, `${String(processes)} processes are seen`);
      if (own) assert.equal(new Set([trustedBoot, thread['boot'], boot]).size, 3);
      const { instances } = await snapshot(service);
      const places = instances.flatMap(({ id, portion }) => (portion === undefined ? [] : [[id, portion.trust]]));
      assert.deepEqual(places.map(([, trust]) => trust).toSorted(), ['trusted', 'untrusted']);
    });

    test('one cannot start threads, nor ask the service anything', async () => {
      assert.equal(await untrusted(askForSession, policy)(), 0);
    });

    test('exports of a module are called with their types; each portion has an instance of its own', async () => {
      await using module = untrusted.module<Work>(workFile, policy);
      assert.equal(await module.add(1, 2), 3);
      const { instances } = await snapshot(service);
      const groups = instances.flatMap(({ portion }) => (portion?.trust === 'untrusted' ? [portion.group] : []));
      assert.equal(new Set(groups).size, groups.length);
    });

    test('code that came as text is kept warm for its program, and is nobody else’s', async () => {
      const first = untrusted.source<Counter>(counter, policy);
      const [one, two] = [await first.count(), await first.count()];
      assert.deepEqual([one.calls, two.calls, two.boot], [1, 2, one.boot]);
      using other = runProgram(
        `const portion = heddle.untrusted.source(${JSON.stringify(counter)}, ${JSON.stringify(policy)});
         console.log(JSON.stringify(await portion.count()));
         await heddle.shutdown();`,
        {},
      );
      const theirs: { calls: number; boot: string } = JSON.parse(await other.line());
      assert.equal(theirs.calls, 1);
      if (own) assert.notEqual(theirs.boot, one.boot);
      assert.equal(await other.ended, 0);
    });

    test('instances end with their program, and with their portion', async () => {
      const portion = untrusted.source<Counter>(counter, { ...policy, memoryMb: 130 });
      await portion.count();
      const before = (await snapshot(service)).instances.filter(({ portion: of }) => of !== undefined).length;
      await portion[Symbol.asyncDispose]();
      await assert.rejects(portion.count(), { name: 'PortionError', kind: 'cancelled' });
      using other = runProgram(
        `await heddle.untrusted.source('export default () => 1', ${JSON.stringify(policy)})(); await heddle.shutdown(); console.log('done');`,
        {},
      );
      assert.equal(await other.line(), 'done');
      // Those that end are gone when their kernel is.
      for (;;) {
        const now = (await snapshot(service)).instances.filter(({ portion: of }) => of !== undefined).length;
        if (now === before - 1) break;
        await wait(50);
      }
    });

    test('TypeScript that came as text runs', async () => {
      const code = 'export default (n: number, by: number = 2): number => n * by;';
      assert.equal(await untrusted.source<(n: number) => number>(code, { ...policy, language: 'typescript' })(21), 42);
    });

    for (const [what, kind, message] of [
      ['loops', 'timeout', /./],
      ['hoards', 'oom', /./],
      ['dies', 'throw', /signal: killed/],
      ['throws', 'throw', /^\\u001b\[31mred$/],
      ['gives a promise of a function', 'not-cloneable', /./],
      ['gives too much', 'throw', /at most 4194304/],
      ['says what it was not asked', 'calls', /no call/],
    ] as const)
      test(`one that ${what} fails as such, and the next call finds another process`, async () => {
        const call = faults(policy)[what] ?? assert.fail(what);
        for (let time = 0; time < 2; time += 1) {
          const error = await failure(call());
          assert.equal(error.kind, kind, error.message);
          assert.match(error.message, message);
        }
      });

    test('one that has its process send something else than values is found out', async () => {
      const forging = untrusted(forge, policy);
      const sparse = [0xff, 0x0f, 0x61, 0x80, 0xd0, 0xac, 0xf3, 0x0e, 0x40, 0, 0x80, 0xd0, 0xac, 0xf3, 0x0e];
      const proto = [0xff, 0x0f, 0x6f, 0x22, 9, ...Buffer.from('__proto__'), 0x6f, 0x7b, 0, 0x7b, 1];
      for (const bytes of [sparse, proto, [0xff], []]) {
        const error = await failure(forging(Uint8Array.from(bytes)));
        assert.equal(error.kind, 'result', error.message);
      }
      const large = await failure(forging(new Uint8Array(4_000_000)));
      assert.equal(large.kind, 'result', large.message);
    });

    test('calls of the program are served, and told what was meant for them only', async () => {
      const seen: number[] = [];
      const asking = untrusted(
        async (calls, id: number) => {
          const failed = await calls.fails().catch((error: Error) => error.message);
          return [await calls.lookup(id), failed];
        },
        {
          ...policy,
          calls: {
            lookup: async (id: number) => {
              seen.push(id);
              return { id, name: 'Ada' };
            },
            fails: (): string => {
              throw new Error('password 123');
            },
          },
        },
      );
      const answers = await Promise.all([asking(1), asking(2)]);
      assert.deepEqual(
        answers,
        [1, 2].map((id) => [{ id, name: 'Ada' }, 'The call of `fails` failed.']),
      );
      assert.deepEqual(seen.toSorted(), [1, 2]);
      const code = 'export default async (id) => `${(await lookup(id)).toUpperCase()}!`;';
      const model = untrusted.source<(id: number) => string>(code, {
        ...policy,
        calls: { lookup: (id: number) => `ada ${id}` },
      });
      assert.equal(await model(3), 'ADA 3!');
    });

    test('a portion that goes on to call is ended', async () => {
      const calls = { next: (n: number) => n + 1 };
      const flooding = untrusted(
        async (given) => {
          for (;;) await given.next(1).catch(() => undefined);
        },
        { ...policy, calls, callLimits: { count: 3, perSecond: 1_000 } },
      );
      const error = await failure(flooding());
      assert.equal(error.kind, 'calls', error.message);
      assert.match(error.message, /calls that were refused, the last because: 3 calls were made/);
    });

    test('schemas judge what goes in and what comes out', async () => {
      const digits: StandardSchema<unknown, number> = {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) =>
            typeof value === 'string' && /^\d+$/.test(value)
              ? { value: Number(value) }
              : { issues: [{ message: 'must be digits' }] },
        },
      };
      const echo = untrusted((text: string): unknown => text, { ...policy, result: digits });
      const number: number = await echo('42');
      assert.equal(number, 42);
      const error = await failure(echo('x'));
      assert.deepEqual([error.kind, error.issues], ['result', [{ message: 'must be digits' }]]);
    });

    test('a trusted one sees what its policy says, and may start threads only where that says so', async () => {
      const key = trusted(() => process.env['KEY'], { env: { KEY: 'hush' }, output: 'silent' });
      assert.equal(await key(), 'hush');
      assert.equal(await trusted(askForSession, { output: 'silent' })(), 0);
      const starting = trusted(
        async () => {
          const { spawn: start } = await import('heddle');
          return start((n: number) => n + 1, [41], { output: 'silent' });
        },
        { threads: true, output: 'silent' },
      );
      assert.equal(await starting(), 42);
    });

    test('what it prints comes out, and commands nobody’s terminal', async () => {
      using program = runProgram(
        `await heddle.untrusted(() => console.log('\\u001b[2Jhello'), { ...${JSON.stringify(policy)}, output: 'inherit', name: 'p' })(); await heddle.shutdown();`,
        {},
      );
      assert.equal(await program.line(), '[p] \\u001b[2Jhello');
    });

    test('a thread has portions, too, in a container that is bound by what binds the thread', async () => {
      const inside = await spawn(
        async (code: string, how: PortionPolicy) => {
          const { untrusted: mark } = await import('heddle');
          return mark.source<Counter>(code, how).count();
        },
        [counter, { kernel: policy.kernel ?? 'own', memoryMb: 132 }],
        { output: 'silent' },
      );
      const here = await untrusted.source<Counter>(counter, { kernel: policy.kernel ?? 'own', memoryMb: 132 }).count();
      assert.deepEqual([inside.calls, here.calls], [1, 1]);
    });

    test('what they did is in the snapshot', async () => {
      const { portions } = await snapshot(service);
      assert.ok(portions.untrusted.calls > portions.trusted.calls && portions.trusted.calls > 0);
      assert.deepEqual([portions.untrusted.running, portions.trusted.failed], [0, 0]);
      assert.ok(portions.untrusted.failed > 0 && portions.untrusted.groups > 0);
    });
  });
}

const host = (await driversUnderTest()).find(({ name }) => name === 'host');
describe('portions where instances share a kernel', { skip: host?.skip ?? 'no driver' }, () => {
  let service: RunningService;
  before(async () => {
    service = await useService('host');
  });
  after(() => service[Symbol.asyncDispose]());

  test('an untrusted one is refused, unless that is allowed', async () => {
    const error = await failure(untrusted(() => 1, { output: 'silent' })());
    assert.match(error.message, /no kernel of their own.*`kernel: 'any'`/);
    assert.equal(await untrusted((n: number) => n + 1, { kernel: 'any', output: 'silent', timeoutMs: 120_000 })(1), 2);
    assert.equal(await remote<Work>(workFile, { output: 'silent' }).add(1, 1), 2);
  });
});
