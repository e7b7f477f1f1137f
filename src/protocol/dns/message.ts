/** What a question of DNS asks (RFC 1035, 4.1). */
export interface DnsQuestion {
  /** In lower case, without the dot at its end. Bytes that are not printable ASCII are written `\ddd`. */
  readonly name: string;
  readonly type: number;
  /** The message's head and question, as they came. */
  readonly head: Buffer;
  /** Whoever asks understands EDNS (RFC 6891) … */
  readonly extended: boolean;
  /** … and takes an answer of so many bytes, where it comes by UDP. */
  readonly answerBytesMax: number;
}

/** Types of records (IANA, DNS parameters). */
export const dnsType = { a: 1, pointer: 12, aaaa: 28, options: 41, service: 64, https: 65, everything: 255 } as const;
const internetClass = 1;
const headBytes = 12;
const nameBytesMax = 255;
/** A record of an address, and in it the name of the question (RFC 1035, 4.1.4). */
const recordBytes = 16;
const sameName = 0xc000 | headBytes;
/** What everybody takes, and what nobody gets more of by UDP. */
const plainAnswerBytes = 512;
const answerBytesMost = 4_096;
/** An OPT record without options (RFC 6891, 6.1.2). */
const optionsBytes = 11;
const recursionDesired = 0x0100;
const truncatedFlag = 0x02;
const rcode = { none: 0, serverFailure: 2, nameError: 3 } as const;

/** Reads a message with one question; undefined for what is none, and so cannot be answered. */
export function parseQuestion(message: Buffer): DnsQuestion | undefined {
  if (message.length < headBytes || message.readUInt16BE(4) !== 1) return undefined;
  const isQuery = (message.readUInt8(2) & 0xf8) === 0;
  if (!isQuery) return undefined;
  const labels: string[] = [];
  let at = headBytes;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63 || at - headBytes > nameBytesMax) return undefined;
    at += 1;
    if (length === 0) break;
    const label = message.subarray(at, at + length);
    if (label.length < length) return undefined;
    labels.push(labelText(label));
    at += length;
  }
  if (message.length < at + 4 || message.readUInt16BE(at + 2) !== internetClass) return undefined;
  const [type, head] = [message.readUInt16BE(at), message.subarray(0, at + 4)];
  return { name: labels.join('.'), type, head, ...extensionOf(message.subarray(at + 4)) };
}

/** What stands behind a question is read only as far as an OPT record that comes first. */
function extensionOf(rest: Buffer): Pick<DnsQuestion, 'extended' | 'answerBytesMax'> {
  const extended = rest.length >= optionsBytes && rest[0] === 0 && rest.readUInt16BE(1) === dnsType.options;
  const said = extended ? rest.readUInt16BE(3) : 0;
  return { extended, answerBytesMax: Math.min(Math.max(said, plainAnswerBytes), answerBytesMost) };
}

/** The same question in words of our own, of which nothing is the asker's but name and type; to be numbered `id`. */
export function sameQuestion({ head, extended, answerBytesMax }: DnsQuestion, id: number): Buffer {
  const message = Buffer.concat([head, Buffer.alloc(extended ? optionsBytes : 0)]);
  message.writeUInt16BE(id, 0);
  message.writeUInt16BE(recursionDesired, 2);
  message.writeUInt16BE(1, 4);
  message.writeUInt32BE(0, 6);
  message.writeUInt16BE(extended ? 1 : 0, 10);
  if (!extended) return message;
  message.writeUInt16BE(dnsType.options, head.length + 1);
  message.writeUInt16BE(answerBytesMax, head.length + 3);
  return message;
}

function labelText(label: Buffer): string {
  let text = '';
  for (const byte of label) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte).toLowerCase() : `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}

/** There is no such name. */
export function nameError(question: DnsQuestion): Buffer {
  return reply(question, rcode.nameError);
}

/** There is such a name, and no record of the type asked for. */
export function noData(question: DnsQuestion): Buffer {
  return reply(question, rcode.none);
}

/** The answer is too long for UDP: whoever wants it asks again by TCP. */
export function truncated(question: DnsQuestion): Buffer {
  const message = reply(question, rcode.none);
  message.writeUInt8(message.readUInt8(2) | truncatedFlag, 2);
  return message;
}

/** The answer could not be had. */
export function serverFailure(question: DnsQuestion): Buffer {
  return reply(question, rcode.serverFailure);
}

/** The name has this address, of 4 bytes. */
export function addressAnswer(question: DnsQuestion, address: Uint8Array, ttlSeconds: number): Buffer {
  const record = Buffer.alloc(recordBytes);
  record.writeUInt16BE(sameName, 0);
  record.writeUInt16BE(dnsType.a, 2);
  record.writeUInt16BE(internetClass, 4);
  record.writeUInt32BE(ttlSeconds, 6);
  record.writeUInt16BE(4, 10);
  record.set(address, 12);
  return reply(question, rcode.none, record);
}

/** The address in an answer of {@link addressAnswer}; undefined for any other. */
export function addressIn(answer: Uint8Array): Uint8Array | undefined {
  const message = Buffer.from(answer.buffer, answer.byteOffset, answer.length);
  if (message.length < headBytes + recordBytes || message.readUInt16BE(6) !== 1) return undefined;
  const record = message.subarray(-recordBytes);
  return record.readUInt16BE(0) === sameName && record.readUInt16BE(2) === dnsType.a ? record.subarray(12) : undefined;
}

function reply({ head }: DnsQuestion, code: number, record: Buffer = Buffer.alloc(0)): Buffer {
  const message = Buffer.concat([head, record]);
  // An answer, recursion available; opcode and "recursion desired" are the question's.
  message.writeUInt8((head.readUInt8(2) & 0x79) | 0x80, 2);
  message.writeUInt8(0x80 | code, 3);
  message.writeUInt16BE(1, 4);
  message.writeUInt16BE(record.length === 0 ? 0 : 1, 6);
  message.writeUInt32BE(0, 8);
  return message;
}
