import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { deploy, invoke, newHome, startHeddle, type RunningService } from './service.ts';
import { driversUnderTest } from './drivers.ts';

/** How often the neighbour of code that misbehaves is called. */
const neighbourEveryMs = 25;

/** Functions that misbehave, and what their caller is to see. */
const bombs = {
  loop: `exports.handler = async () => { for (;;); };`,
  memory: `
    exports.handler = async () => {
      const held = [];
      for (;;) held.push(Buffer.alloc(16 * 1048576, 1));
    };`,
  forks: `
    const { spawn } = require('node:child_process');
    const { readdirSync } = require('node:fs');
    exports.handler = async () => {
      const children = [];
      let failed = 0;
      while (children.length < 1000 && failed < 20) {
        const child = spawn('/bin/sleep', ['60']);
        if (child.pid === undefined) failed += 1;
        child.on('error', () => {});
        children.push(child);
      }
      const alive = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length;
      for (const child of children) child.kill('SIGKILL');
      return { alive, failed };
    };`,
  disk: `
    const { appendFileSync, statSync } = require('node:fs');
    exports.handler = async () => {
      const block = Buffer.alloc(16 * 1048576, 1);
      try {
        for (let n = 0; n < 1024; n += 1) appendFileSync('/tmp/full', block);
      } catch (error) {
        return { code: error.code, bytes: statSync('/tmp/full').size };
      }
      return { code: 'none' };
    };`,
  flood: `
    exports.handler = async () => {
      for (let n = 0; n < 20000; n += 1) console.log('x'.repeat(1000));
      return 'done';
    };`,
  exit: `exports.handler = async () => process.exit(7);`,
  init: `throw new TypeError('not today');`,
} as const;

for (const { name, skip } of await driversUnderTest())
  describe(`code that misbehaves is contained, driver ${name}`, { skip }, () => {
    let service: RunningService;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', name, '--warm', 'nodejs24.x-256=1..2');
      await deploy(service, 'neighbour', `let n = 0; exports.handler = async () => ++n;`);
      const all = Object.entries(bombs);
      await Promise.all(all.map(([bomb, code]) => deploy(service, bomb, code, { Timeout: bomb === 'loop' ? 2 : 120 })));
      await invoke(service, 'neighbour');
    });
    after(() => service[Symbol.asyncDispose]());

    /** Calls the neighbour while `bomb` runs; it must answer from the same container every time. */
    async function besideNeighbour(bomb: string): Promise<Awaited<ReturnType<typeof invoke>>> {
      const { container } = await invoke(service, 'neighbour');
      let ended = false;
      const running = invoke(service, bomb).finally(() => (ended = true));
      do {
        const answer = await invoke(service, 'neighbour');
        assert.equal(answer.functionError, undefined);
        assert.equal(answer.container, container, 'the neighbour lost its container');
        // Without a pause it would take half of an emulated processor, and what misbehaves need twice as long.
        await wait(neighbourEveryMs);
      } while (!ended);
      return running;
    }

    test('an endless loop is killed at its time-out', async () => {
      const before = performance.now();
      const { functionError, payload, log } = await besideNeighbour('loop');
      assert.equal(functionError, 'Unhandled');
      assert.match(Object(payload).errorMessage, /Task timed out after 2\.00 seconds/);
      assert.match(log, /Task timed out after 2\.00 seconds/);
      assert.ok(performance.now() - before >= 2_000);
    });

    test('a memory bomb is killed', async () => {
      const { functionError, payload } = await besideNeighbour('memory');
      assert.equal(functionError, 'Unhandled');
      assert.match(Object(payload).errorType, /Runtime\.(ExitError|OutOfMemory)/);
    });

    test('a fork bomb gets no further than its limit', async () => {
      const { functionError, payload } = await besideNeighbour('forks');
      if (functionError === undefined) {
        // gVisor counts some too few once it has refused any; there the agent looks, and kills what has 32 more.
        assert.ok(
          Object(payload).alive <= (name === 'gvisor' ? 168 : 128),
          `it had ${Object(payload).alive} processes`,
        );
        assert.ok(Object(payload).failed > 0);
      } else assert.match(Object(payload).errorType, /Runtime\.ExitError/);
    });

    test('a full /tmp is full at its limit or costs the container its life', async () => {
      const { functionError, payload } = await besideNeighbour('disk');
      if (functionError === undefined) {
        assert.equal(Object(payload).code, 'ENOSPC');
        assert.ok(Object(payload).bytes <= 512 * 1_048_576);
      } else assert.match(Object(payload).errorType, /Runtime\.ExitError/);
    });

    test('a flood of output is cut, visibly', async () => {
      const { functionError, payload, log } = await besideNeighbour('flood');
      assert.equal(functionError, undefined);
      assert.equal(payload, 'done');
      assert.match(log, /cut/i);
    });

    test('process.exit and errors of initialisation are told as such', async () => {
      const exit = await invoke(service, 'exit');
      assert.equal(exit.functionError, 'Unhandled');
      assert.match(Object(exit.payload).errorMessage, /exit status 7/);
      const init = await invoke(service, 'init');
      assert.equal(init.functionError, 'Unhandled');
      assert.equal(Object(init.payload).errorType, 'TypeError');
      assert.equal(Object(init.payload).errorMessage, 'not today');
    });
  });
