import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Gate } from './way.ts';
import { bodyAt, keyOf, textAt } from './wire.ts';

// A broker's side of SASL (https://kafka.apache.org/protocol#sasl_handshake), for one user: librdkafka's asks nobody who he is.

/** Who is let in, and how he has to say so. */
export interface Known {
  readonly user: string;
  readonly password: string;
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
}

const handshake = 17;
const apiVersions = 18;
const authenticate = 36;
const authenticationFailed = 58;
const unsupportedMechanism = 33;

/** Lets those through, connection by connection, who have said who they are. */
export function saslGate(known: Known): NonNullable<Gate['sasl']> {
  return () => {
    let isIn = false;
    const step = known.mechanism === 'PLAIN' ? plain(known) : scram(known);
    return (request) => {
      const key = keyOf(request);
      if (key === handshake) {
        const { text } = textAt(request, bodyAt(request));
        return answerTo(request, [
          int16(text === known.mechanism ? 0 : unsupportedMechanism),
          int32(1),
          shortText(known.mechanism),
        ]);
      }
      if (key !== authenticate) return isIn || key === apiVersions ? undefined : 'refuse';
      // Behind the header comes the end of its tags.
      const said = compactAt(request, bodyAt(request) + 1);
      const { answer, done } = step(said.toString());
      isIn ||= done;
      const failed = answer === undefined;
      const body = [int16(failed ? authenticationFailed : 0), compact(failed ? 'Nobody we know.' : undefined)];
      return answerTo(request, [Buffer.of(0), ...body, compact(answer ?? ''), Buffer.alloc(8), Buffer.of(0)]);
    };
  };
}

/** What is answered to what a client says, nothing where that was wrong; and whether it is in. */
type Step = (said: string) => { readonly answer?: string; readonly done: boolean };

function plain({ user, password }: Known): Step {
  return (said) => (said === `\0${user}\0${password}` ? { answer: '', done: true } : { done: false });
}

/** RFC 5802, without channel binding. */
function scram({ user, password, mechanism }: Known): Step {
  const hash = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512';
  const size = hash === 'sha256' ? 32 : 64;
  const [salt, rounds] = [randomBytes(16), 4_096];
  const salted = pbkdf2Sync(password, salt, rounds, size, hash);
  const keyed = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  let begun: { readonly first: string; readonly second: string } | undefined;
  return (said) => {
    if (begun === undefined) {
      const [, first = '', name, nonce] = /^n,[^,]*,(n=([^,]*),r=([^,]*).*)$/.exec(said) ?? [];
      if (name !== user) return { done: false };
      const second = `r=${nonce}${randomBytes(9).toString('base64url')},s=${salt.toString('base64')},i=${rounds}`;
      begun = { first, second };
      return { answer: second, done: false };
    }
    const [, last = '', proof = ''] = /^(.*),p=(.*)$/.exec(said) ?? [];
    const text = `${begun.first},${begun.second},${last}`;
    const clientKey = keyed(salted, 'Client Key');
    const signature = keyed(createHash(hash).update(clientKey).digest(), text);
    const right = Buffer.from(clientKey.map((byte, n) => byte ^ (signature[n] ?? 0)));
    if (!right.equals(Buffer.from(proof, 'base64'))) return { done: false };
    return { answer: `v=${keyed(keyed(salted, 'Server Key'), text).toString('base64')}`, done: true };
  };
}

function answerTo(request: Buffer, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([request.subarray(8, 12), ...parts]);
  return Buffer.concat([int32(body.length), body]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function shortText(text: string): Buffer {
  return Buffer.concat([int16(text.length), Buffer.from(text)]);
}

/** With its length, and one more, before it in groups of seven bits; 0 where there is none. */
function compact(text: string | undefined): Buffer {
  if (text === undefined) return Buffer.of(0);
  const length = text.length + 1;
  const head = length < 128 ? Buffer.of(length) : Buffer.of((length & 0x7f) | 0x80, length >> 7);
  return Buffer.concat([head, Buffer.from(text)]);
}

function compactAt(buffer: Buffer, at: number): Buffer {
  const [low = 0, high = 0] = [buffer[at], buffer[at + 1]];
  const [length, begin] = low < 128 ? [low, at + 1] : [(low & 0x7f) | (high << 7), at + 2];
  return buffer.subarray(begin, begin + length - 1);
}
