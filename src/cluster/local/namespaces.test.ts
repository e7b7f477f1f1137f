import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { ip } from './ip-command.ts';
import { openNamespaces, whyNoNamespaces } from './namespaces.ts';
import type { LocalMachine } from './network.ts';

const skip = (await whyNoNamespaces()) ?? false;

/** Says back what it hears, at its machine's address; its port is its first line. */
const echo = `require('node:dgram').createSocket('udp4', function (message, from) { this.send(message, from.port, from.address); })
  .bind(0, function () { console.log(this.address().port); });`;
/** Asks an echo again and again, and says each answer. */
const ask = (address: string, port: number): string => `const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', () => console.log('heard'));
  setInterval(() => socket.send('x', ${port}, '${address}'), 20);`;

function run({ enter }: LocalMachine, code: string): ChildProcess & AsyncDisposable {
  const [program, ...args] = [...enter, process.execPath, '-e', code];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  return Object.assign(child, {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  });
}

const linesOf = (child: ChildProcess): AsyncIterator<string> => {
  assert.ok(child.stdout !== null);
  return createInterface(child.stdout)[Symbol.asyncIterator]();
};

test(
  'machines reach each other until a direction is cut, and again when it is not; nothing is left',
  { skip },
  async () => {
    let own = '';
    {
      await using network = await openNamespaces(2);
      own = `heddle-${network.outside.split('.')[2]}-`;
      assert.ok((await ip('netns', 'list')).includes(own));
      const [one, two] = network.machines;
      assert.ok(one !== undefined && two !== undefined && network.faults !== undefined);
      await using answering = run(two, echo);
      const port = Number((await linesOf(answering).next()).value);
      await using asking = run(one, ask(two.address, port));
      const heard = linesOf(asking);
      assert.equal((await heard.next()).value, 'heard');
      // Answers are what is cut: those who ask are not told.
      await network.faults.block(1, 0);
      await using again = run(one, ask(two.address, port));
      const cut = linesOf(again).next();
      assert.equal(await Promise.race([cut, fromOutside(network.outside, two, 25)]), undefined);
      await network.faults.unblock(1, 0);
      assert.equal((await cut).value, 'heard');
      await network.faults.slow(0, 64);
      assert.equal((await linesOf(asking).next()).value, 'heard');
      await network.faults.slow(0, undefined);
    }
    // Others may have some at the same time.
    assert.ok(!(await ip('netns', 'list')).includes(own));
  },
);

/** So many questions and answers between this program and a machine, which nothing is between. */
async function fromOutside(outside: string, machine: LocalMachine, times: number): Promise<undefined> {
  await using answering = run(machine, echo);
  const port = Number((await linesOf(answering).next()).value);
  await using asking = run({ address: outside, enter: [] }, ask(machine.address, port));
  const heard = linesOf(asking);
  for (let n = 0; n < times; n += 1) assert.equal((await heard.next()).value, 'heard');
}
