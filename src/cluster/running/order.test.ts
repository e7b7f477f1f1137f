import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '../../model/errors.ts';
import type { PeerAcceptor } from '../contract.ts';
import { serveCode } from './code.ts';
import { parseOrder, passedOf, type RunOrder } from './order.ts';

const order: RunOrder = {
  function: 'name',
  requestId: 'r',
  payload: Buffer.from('{}'),
  spentMs: 1,
  watched: false,
  answered: false,
  cancellable: false,
};

test('of an order nothing comes into the invocation that nobody here knows', () => {
  const parsed = parseOrder({ ...order, tenantId: 't', calledBy: { account: 'other' }, later: 1 });
  assert.deepEqual(passedOf(parsed), { requestId: 'r', payload: order.payload, tenantId: 't' });
});

test('an order with a field that is something else is refused', () => {
  for (const wrong of [{ payload: '{}' }, { spentMs: -1 }, { policy: 'all' }, { loadMax: '1' }, { nested: 1 }])
    assert.throws(() => parseOrder({ ...order, ...wrong }), ProtocolError, JSON.stringify(wrong));
});

test('code is asked for by its SHA-256 and by nothing else, as that becomes the name of a file', () => {
  let accept: PeerAcceptor = () => assert.fail('Nobody accepts.');
  const zipFile = async (): Promise<never> => assert.fail('It was looked for.');
  serveCode({ accept: (_method, acceptor) => void (accept = acceptor) }, { zipFile });
  const stream = { host: 'h', expectsWord: false, onMessage: () => undefined, ended: Promise.resolve(undefined) };
  const nothing = (): undefined => undefined;
  const rest = {
    send: () => true,
    drained: async () => undefined,
    pause: nothing,
    resume: nothing,
    end: nothing,
    endWith: nothing,
  };
  for (const sha256 of ['..', '../../etc/passwd', '', 'a'.repeat(44), 7])
    assert.throws(() => accept({ ...stream, ...rest }, { sha256 }), ProtocolError, String(sha256));
});
