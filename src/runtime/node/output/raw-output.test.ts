import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodes, TestedRuntime } from '../testing.ts';

/** Says that it may have printed behind the runtime's back. */
const prints: Readonly<Record<string, string>> = {
  'fs.writeSync': `fs.writeSync(1, 'x')`,
  'fs.write': `await new Promise((done) => fs.write(2, Buffer.from('x'), done))`,
  'fs.writev': `await new Promise((done) => fs.writev(1, [Buffer.from('x')], done))`,
  'fs.writeFileSync to a descriptor': `fs.writeFileSync(2, 'x')`,
  'fs.appendFileSync by name': `fs.appendFileSync('/dev/stdout', 'x')`,
  'fs.promises by name': `await fs.promises.writeFile('/dev/stderr', 'x')`,
  'a stream': `await new Promise((done) => fs.createWriteStream(null, { fd: 1, autoClose: false }).end('x', done))`,
  'a name that an ES module imported': `writeSync(1, 'x')`,
  execSync: `cp.execSync('true')`,
  spawn: `await new Promise((done) => cp.spawn('true').on('exit', done))`,
  'a program that is not there': `await new Promise((done) => cp.spawn('/none').on('error', done))`,
};

const quiet = `console.log('x'); process.stdout.write('x'); fs.readFileSync('/proc/self/status'); fs.writeFileSync('/dev/null', 'x')`;

const source = (statement: string): Readonly<Record<string, string>> => ({
  'index.mjs': `import fs, { writeSync } from 'node:fs'; import cp from 'node:child_process';
    export const handler = async (event) => { if (event.now) { ${statement}; } };`,
});

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}`, () => {
    for (const [how, statement] of Object.entries(prints))
      test(`an answer says that ${how} may have printed, and the next does not`, async () => {
        await using runtime = await TestedRuntime.start(source(statement), { node, env: { PATH: '/usr/bin:/bin' } });
        runtime.init();
        assert.deepEqual(await marks(runtime, [{ now: true }, {}]), [true, how === 'fs.promises by name' || undefined]);
      });

    test('an answer after which nothing else can have printed says nothing', async () => {
      await using runtime = await TestedRuntime.start(source(quiet), { node });
      runtime.init();
      assert.deepEqual(await marks(runtime, [{ now: true }, {}]), [undefined, undefined]);
    });

    test('while a program runs, each answer says that it may have printed', async () => {
      const statement = `globalThis.child ? globalThis.child.kill() : globalThis.child = cp.spawn('sleep', ['100']);
        if (globalThis.child.killed) await new Promise((done) => globalThis.child.on('exit', done))`;
      await using runtime = await TestedRuntime.start(source(statement), { node, env: { PATH: '/usr/bin:/bin' } });
      runtime.init();
      assert.deepEqual(await marks(runtime, [{ now: true }, {}, { now: true }, {}]), [true, true, true, undefined]);
    });
  });
}

test('an error says it as well', async () => {
  await using runtime = await TestedRuntime.start(source(`fs.writeSync(1, 'x'); throw new Error('x')`));
  runtime.init();
  assert.deepEqual(await marks(runtime, [{ now: true }]), [true]);
});

async function marks(runtime: TestedRuntime, events: readonly object[]): Promise<(true | undefined)[]> {
  const all: (true | undefined)[] = [];
  for (const event of events) all.push((await runtime.invoke(event)).last.printedRaw);
  return all;
}
