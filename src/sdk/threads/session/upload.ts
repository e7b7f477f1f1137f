import type { ThreadCode } from '../../code/thread-code.ts';
import { zipOf } from '../../platform/zip.ts';
import type { ClientSession } from './client-session.ts';

/** Bytes of a zip in one message. */
const partBytes = 1_048_576;

/** Code of fewer bytes is sent without asking first whether the service has it: the answer would take longer. */
const askedBytesMin = 65_536;

/** After so long it is asked again: a service keeps code that nobody uses for an hour. */
const trustMs = 1_200_000;

interface Sent {
  readonly at: number;
  readonly done: Promise<void>;
}

const sent = new WeakMap<ClientSession, Map<string, Sent>>();

/** Sees to it that the service has this code; sends it only if it has not. Gives its name in sessions, of its content. */
export async function ensureCode(session: ClientSession, code: ThreadCode): Promise<string> {
  const name = Buffer.from(code.sha256, 'base64').toString('hex');
  await sendOnce(session, name, code);
  return name;
}

function sendOnce(session: ClientSession, name: string, code: ThreadCode): Promise<void> {
  const known = sent.get(session) ?? new Map<string, Sent>();
  sent.set(session, known);
  const before = known.get(name);
  if (before !== undefined && performance.now() - before.at < trustMs) return before.done;
  const done = send(session, name, code);
  known.set(name, { at: performance.now(), done });
  done.catch(() => known.delete(name));
  return done;
}

async function send(session: ClientSession, name: string, code: ThreadCode): Promise<void> {
  if (code.bytes >= askedBytesMin && (await session.ask({ about: 'code', code: name })) === true) return;
  const zip = await zipOf(code.files);
  for (let at = 0; at < zip.length; at += partBytes) {
    const taken = session.sendCode(name, zip.subarray(at, at + partBytes), at + partBytes >= zip.length);
    await Promise.all([taken, session.drained()]);
  }
}
