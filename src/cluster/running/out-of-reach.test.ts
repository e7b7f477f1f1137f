import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { InstanceLostError } from '../../model/errors.ts';
import { NotBegunError } from '../placement/run-again.ts';
import { two } from './testing/two-hosts.ts';

/** A way to a port of this machine that can lose all that comes back. */
async function lossyWay(
  to: number,
  undo: AsyncDisposableStack,
): Promise<{ readonly port: number; readonly loses: () => void }> {
  let lost = false;
  const server = createServer((socket) => {
    const there = connect(to, '127.0.0.1');
    socket.pipe(there).on('data', (data) => void (lost || socket.write(data)));
    for (const [one, another] of [
      [socket, there],
      [there, socket],
    ] as const)
      one.on('error', () => another.destroy()).on('close', () => another.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.defer(async () => void server.close());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return { port: (server.address() as AddressInfo).port, loses: () => void (lost = true) };
}

test('a host whose words are lost is waited for no longer than it takes to ask it, and is sent nothing more', async () => {
  await using undo = new AsyncDisposableStack();
  const { run, known, other } = await two(undo, async ({ begun }) => {
    begun?.();
    return outcomeOf(Buffer.from('1'));
  });
  const record = known.seenBy(other).self;
  const way = await lossyWay(record.peer.port, undo);
  known.set({ ...record, peer: { ...record.peer, port: way.port } });
  await run();
  way.loses();
  const lost: unknown = await run().catch((error: unknown) => error);
  assert.ok(lost instanceof InstanceLostError, String(lost));
  assert.match(lost.message, /may have begun.*has said nothing/);
  await assert.rejects(run(), NotBegunError);
});
