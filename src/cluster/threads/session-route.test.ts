import { ProtocolError } from '../../model/errors.ts';
import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { ForwardedIdentity, PeerHandler } from '../contract.ts';
import { SessionRouter } from './session-route.ts';
import { TestLease } from '../testing/memory-log.ts';
import { MemoryHomes } from './testing/memory-homes.ts';

function router(): {
  readonly homes: MemoryHomes;
  readonly router: SessionRouter;
  readonly calls: unknown[][];
  readonly handlers: Map<string, PeerHandler>;
} {
  const homes = new MemoryHomes();
  const calls: unknown[][] = [];
  const handlers = new Map<string, PeerHandler>();
  const peers = {
    call: async (...call: unknown[]) => void calls.push(call),
    serve: (method: string, handler: PeerHandler) => void handlers.set(method, handler),
    forwardUpgrade: async (host: string) => void calls.push(['forward', host]),
  };
  const onUntold = (error: unknown): never => assert.fail(String(error));
  return { homes, router: new SessionRouter({ homes, peers, onUntold }), calls, handlers };
}

function upgrade(): { readonly request: IncomingMessage; readonly socket: Socket; readonly head: Buffer } {
  const socket = new Socket();
  return { request: new IncomingMessage(socket), socket, head: Buffer.alloc(0) };
}

function identity(ended?: AbortSignal): ForwardedIdentity {
  const key = { accessKeyId: 'AKIA1', secretAccessKey: '', account: '123456789012', createdAt: 0 };
  return { key: { ...key, ...(ended && { ended }) } };
}

const elsewhere = { at: 'host', host: 'h-2', epoch: 4n } as const;

test('a connection is led to where its account is at home, by one hop', async () => {
  const { homes, router: route, calls } = router();
  await assert.rejects(route.leadsOn(upgrade(), identity(), false), { name: 'ServiceException', status: 503 });
  homes.move({ at: 'here', lease: new TestLease('shard', 1n) });
  assert.equal(await route.leadsOn(upgrade(), identity(), false), false);
  assert.equal(await route.leadsOn(upgrade(), identity(), true), false);
  homes.move(elsewhere);
  assert.equal(await route.leadsOn(upgrade(), identity(), false), true);
  await assert.rejects(route.leadsOn(upgrade(), identity(), true), { status: 421 });
  assert.deepEqual(calls, [['forward', 'h-2']]);
});

test('a connection that was led to a host is cut when another is the home: its host may stand still', async () => {
  const { homes, router: route } = router();
  homes.move(elsewhere);
  const { socket, ...rest } = upgrade();
  await route.leadsOn({ socket, ...rest }, identity(), false);
  homes.move({ at: 'nowhere' });
  homes.move(elsewhere);
  assert.equal(socket.destroyed, false, 'nobody has taken over');
  homes.move({ ...elsewhere, epoch: 5n });
  assert.equal(socket.destroyed, true);
});

test('the home is told when a key has ended that a connection was led there with', async () => {
  const { homes, router: route, calls, handlers } = router();
  homes.move(elsewhere);
  const key = new AbortController();
  await route.leadsOn(upgrade(), identity(key.signal), false);
  key.abort();
  assert.deepEqual(calls[1], ['h-2', 'threads.key-ended', { account: '123456789012', key: 'AKIA1' }]);
  const ended: string[] = [];
  route.serve((...said) => ended.push(...said));
  const handler = handlers.get('threads.key-ended');
  assert.ok(handler);
  const { signal } = key;
  await handler({ account: '123456789012', key: 'AKIA1' }, 'h-1', signal);
  await assert.rejects(handler({ account: 1 }, 'h-1', signal), ProtocolError);
  assert.deepEqual(ended, ['123456789012', 'AKIA1']);
});
