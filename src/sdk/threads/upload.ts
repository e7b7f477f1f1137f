import { ZipFile } from 'yazl';
import { buffer } from 'node:stream/consumers';
import type { ThreadCode } from '../code/thread-code.ts';
import type { ClientSession } from './client-session.ts';

/** Bytes of a zip in one message. */
const partBytes = 1_048_576;
/** Zips of the same code are the same bytes, whenever they are made. */
const madeAt = new Date('2000-01-01T00:00:00Z');

const sent = new WeakMap<ClientSession, Map<string, Promise<void>>>();

/** Sees to it that the service has this code; sends it at most once in a session. Gives its name in sessions, of its content. */
export async function ensureCode(session: ClientSession, code: ThreadCode): Promise<string> {
  const name = Buffer.from(code.sha256, 'base64').toString('hex');
  await sendOnce(session, name, code);
  return name;
}

function sendOnce(session: ClientSession, name: string, code: ThreadCode): Promise<void> {
  const known = sent.get(session) ?? new Map<string, Promise<void>>();
  sent.set(session, known);
  const before = known.get(name);
  if (before !== undefined) return before;
  const sending = send(session, name, code);
  known.set(name, sending);
  sending.catch(() => known.delete(name));
  return sending;
}

async function send(session: ClientSession, name: string, code: ThreadCode): Promise<void> {
  if ((await session.ask({ about: 'code', code: name })) === true) return;
  const zip = await zipOf(code);
  for (let at = 0; at < zip.length; at += partBytes) {
    const taken = session.sendCode(name, zip.subarray(at, at + partBytes), at + partBytes >= zip.length);
    await Promise.all([taken, session.drained()]);
  }
}

async function zipOf({ files }: ThreadCode): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, mode, data } of files)
    zip.addBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), path, { mode, mtime: madeAt });
  zip.end();
  return buffer(zip.outputStream);
}
