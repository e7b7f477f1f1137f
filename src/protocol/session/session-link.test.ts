import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from '../framing/decode.ts';
import { FrameDecoder } from '../framing/frame.ts';
import { atEndOfTurn } from '../platform/turn.ts';
import { SessionLink, type Wire } from './session-link.ts';

/** Resolves after what was sent in this turn has left. */
const turnEnded = (): Promise<void> => new Promise((resolve) => atEndOfTurn(resolve));

/** A connection that holds what is sent until the test lets it through, whole messages of it or torn ones. */
class HeldWire implements Wire {
  readonly sent: Buffer[] = [];
  closed = false;

  send(bytes: Uint8Array): void {
    this.sent.push(Buffer.from(bytes));
  }

  close(): void {
    this.closed = true;
  }
}

/** One end of a session, and what was delivered to it. */
class End {
  readonly link = new SessionLink();
  readonly delivered: number[] = [];
  wire: HeldWire | undefined;
  sent = 0;
  #decoder: FrameDecoder | undefined;

  connect(delivered: number): void {
    this.wire = new HeldWire();
    this.#decoder = new FrameDecoder((body) => {
      const message = Object(decode(body));
      if (message.type === 'received') return this.link.acknowledged(message.count);
      this.link.delivered(body.length);
      this.delivered.push(message.n);
    });
    this.link.connect(this.wire, delivered);
  }

  disconnect(): void {
    this.wire = undefined;
    this.link.disconnect();
  }

  send(): void {
    this.link.send({ type: 'number', n: this.sent++ });
  }

  take(bytes: Buffer): void {
    this.#decoder?.push(bytes);
  }
}

type Step =
  | { readonly kind: 'send'; readonly from: 0 | 1; readonly count: number }
  | { readonly kind: 'pass'; readonly from: 0 | 1; readonly share: number }
  | { readonly kind: 'break' }
  | { readonly kind: 'acknowledge'; readonly by: 0 | 1 };

const side = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), from: side, count: fc.nat(100) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      from: side,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('break' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), by: side }) },
);

/** As a client and a service do it: each tells the other how many it has, at the start of each connection. */
function connect(ends: readonly [End, End]): void {
  const [one, other] = ends.map(({ link }) => link.received);
  ends[0].connect(other ?? 0);
  ends[1].connect(one ?? 0);
}

async function play(ends: readonly [End, End], one: Step): Promise<void> {
  switch (one.kind) {
    case 'send':
      for (let count = 0; count < one.count; count++) ends[one.from].send();
      // What is sent in one turn leaves at its end.
      return Promise.resolve();
    case 'acknowledge':
      return ends[one.by].link.acknowledge();
    case 'break':
      for (const end of ends) end.disconnect();
      return connect(ends);
    case 'pass': {
      const from = ends[one.from];
      const bytes = Buffer.concat(from.wire?.sent.splice(0) ?? []);
      const through = Math.floor(bytes.length * one.share);
      ends[one.from === 0 ? 1 : 0].take(bytes.subarray(0, through));
      if (through < bytes.length) from.wire?.sent.push(bytes.subarray(through));
    }
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('A session over connections that break', () => {
  test('delivers each message once and in order, whatever is sent, torn and resumed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const ends: readonly [End, End] = [new End(), new End()];
        connect(ends);
        for (const one of steps) {
          await play(ends, one);
          await turnEnded();
          for (const [at, end] of ends.entries())
            assert.deepEqual(end.delivered, upTo(end.delivered.length), `order at ${at}`);
        }
        await play(ends, { kind: 'break' });
        for (const from of [0, 1] as const) await play(ends, { kind: 'pass', from, share: 1 });
        assert.deepEqual(ends[0].delivered, upTo(ends[1].sent));
        assert.deepEqual(ends[1].delivered, upTo(ends[0].sent));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps what is sent while there is no connection, and sends it on the next one', () => {
    const end = new End();
    end.send();
    assert.equal(end.link.connected, false);
    end.connect(0);
    assert.equal(end.link.connected, true);
    const other = new End();
    other.connect(0);
    other.take(Buffer.concat(end.wire?.sent ?? []));
    assert.deepEqual(other.delivered, [0]);
  });

  test('frees what is acknowledged, and so never ends however much goes through it', async () => {
    const link = new SessionLink();
    let bytes = 0;
    link.connect({ send: (piece) => void (bytes += piece.length), close: () => undefined }, 0);
    const data = new Uint8Array(1_048_576);
    for (let sent = 1; bytes <= limits.sessionUnsentBytesMax; sent++) {
      link.send({ data });
      await turnEnded();
      link.acknowledged(sent);
    }
  });

  test('ends at its limit where nothing is acknowledged', () => {
    const link = new SessionLink();
    const data = new Uint8Array(8_388_608);
    const fits = Math.floor(limits.sessionUnsentBytesMax / (data.length + 64));
    for (let sent = 0; sent < fits; sent++) link.send({ data });
    assert.throws(() => link.send({ data }), ProtocolError);
  });

  test('lets senders go on when what they sent was taken, and not before', async () => {
    const link = new SessionLink();
    link.send({ data: new Uint8Array(limits.sessionWindowBytes) });
    link.send({ data: new Uint8Array(1) });
    const told: string[] = [];
    const drained = link.drained().then(() => told.push('drained'));
    await turnEnded();
    await turnEnded();
    told.push('taken');
    link.acknowledged(1);
    await drained;
    assert.deepEqual(told, ['taken', 'drained']);
  });

  test('says what came through after so many messages, or so many bytes, by itself', async () => {
    for (const [count, bytes] of [
      [64, 1],
      [1, 262_144],
    ] as const) {
      const wire = new HeldWire();
      const link = new SessionLink();
      link.connect(wire, 0);
      for (let at = 1; at < count; at++) link.delivered(bytes);
      await turnEnded();
      assert.equal(wire.sent.length, 0);
      link.delivered(bytes);
      await turnEnded();
      assert.equal(wire.sent.length, 1);
    }
  });

  test('is ended by counts that cannot be: of more than was sent, or of less than before', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 0, max: 0xffffffff }), (sent, before, said) => {
        const link = new SessionLink();
        for (let at = 0; at < sent; at++) link.send({ at });
        link.acknowledged(Math.min(before, sent));
        const can = said >= Math.min(before, sent) && said <= sent;
        if (can) link.acknowledged(said);
        else {
          assert.throws(() => link.acknowledged(said), ProtocolError);
          assert.throws(() => link.connect(new HeldWire(), said), ProtocolError);
        }
      }),
    );
  });

  test('sends what waits in pieces that every WebSocket takes', () => {
    const link = new SessionLink();
    for (let sent = 0; sent < 40; sent++) link.send({ data: new Uint8Array(1_048_576) });
    const wire = new HeldWire();
    link.connect(wire, 0);
    const sizes = wire.sent.map(({ length }) => length);
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) > 40 * 1_048_576);
    assert.ok(Math.max(...sizes) <= limits.frameBytesMax * 2, `a piece has ${Math.max(...sizes)} bytes`);
  });
});
