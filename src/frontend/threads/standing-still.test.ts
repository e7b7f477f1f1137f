import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock, Timer } from '../../model/clock.ts';
import { systemClock } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import { parseServiceMessage } from '../../protocol/session/parse-service.ts';
import { sessionVersion } from '../../protocol/session/session-messages.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { fakeWorkerManager } from '../testing/fake-worker-manager.ts';
import { testSessions } from '../testing/test-sessions.ts';
import type { SessionConnection } from './session-connection.ts';
import type { SessionClient } from './session-entry.ts';
import type { ThreadSessions } from './sessions.ts';

/** Its timers fire when a test says so. */
class FiredClock implements Clock {
  readonly due: Set<{ readonly delayMs: number; readonly fire: () => void }> = new Set();

  now(): number {
    return systemClock.now();
  }

  wall(): number {
    return systemClock.wall();
  }

  timer(delayMs: number, fire: () => void): Timer {
    const timer = { delayMs, fire };
    this.due.add(timer);
    return { [Symbol.dispose]: () => void this.due.delete(timer) };
  }

  /** All that wait for a client to come back. */
  fire(): number {
    const due = [...this.due].filter(({ delayMs }) => delayMs === limits.sessionResumeMsMax);
    for (const timer of due) if (this.due.delete(timer)) timer.fire();
    return due.length;
  }
}

/** A connection of a client, and the session that the service says it is in. */
function connectTo(
  sessions: ThreadSessions,
  client: SessionClient,
  known?: string,
): { readonly connection: SessionConnection; readonly session: string } {
  let session = '';
  const heard = new FrameDecoder((body) => {
    const message = parseServiceMessage(decode(body));
    if (message.type === 'welcome') ({ session } = message);
  });
  const wire = { send: (bytes: Uint8Array) => heard.push(Buffer.from(bytes)), close: () => undefined };
  const connection = sessions.accept('123456789012', wire, client);
  const hello = { type: 'hello', version: sessionVersion, received: 0, ...(known !== undefined && { session: known }) };
  connection.receive(encodeFrameWhole(hello));
  return { connection, session };
}

test('the session of code that stands still waits for it, and of code that does not, as for anybody', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-sessions-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const clock = new FiredClock();
  const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
  const sessions = testSessions(home, codeStore, fakeWorkerManager(), undefined, clock);
  const standing = { still: true };
  const first = connectTo(sessions, { standing });
  first.connection.closed(false);
  for (let wait = 0; wait < 3; wait++) assert.equal(clock.fire(), 1);
  const second = connectTo(sessions, { standing }, first.session);
  assert.equal(second.session, first.session);
  standing.still = false;
  second.connection.closed(false);
  assert.equal(clock.fire(), 1);
  assert.notEqual(connectTo(sessions, { standing }, first.session).session, first.session);
  sessions.stop();
});
