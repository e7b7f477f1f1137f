import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { startPaths } from '../../model/start-path.ts';
import { amount, binary, count, fieldsOf, shown, text, unknownType, word, type Fields } from '../validate.ts';
import type { ClientMessage, Question, ServiceMessage, ThreadEnd, ThrownText } from './session-messages.ts';
import { isThreadName } from './thread-name.ts';

// Both ends rebuild what they are sent field by field: a client may be hostile, and a service another one than it seems.

/** Checks what a client sent. Throws ProtocolError if it is not exactly one of its messages. */
export function parseClientMessage(value: unknown): ClientMessage {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'hello': {
      const hello = { type: 'hello', version: count(fields, 'version'), received: count(fields, 'received') } as const;
      return fields['session'] === undefined ? hello : { ...hello, session: text(fields, 'session') };
    }
    case 'received':
      return { type: 'received', count: count(fields, 'count') };
    case 'code':
      return {
        type: 'code',
        seq: count(fields, 'seq'),
        code: codeName(fields),
        data: binary(fields, 'data'),
        last: fields['last'] === true,
      };
    case 'spawn':
      return spawn(fields);
    case 'lane':
      return { type: 'lane', thread: thread(fields), data: binary(fields, 'data') };
    case 'credit':
      return { type: 'credit', thread: thread(fields), bytes: count(fields, 'bytes') };
    case 'cancel':
      return { type: 'cancel', thread: thread(fields), graceMs: amount(fields, 'graceMs') };
    case 'detach':
      return { type: 'detach', thread: thread(fields) };
    case 'attach':
      return { type: 'attach', thread: thread(fields) };
    case 'ask':
      return { type: 'ask', seq: count(fields, 'seq'), question: question(fieldsOf(fields['question'])) };
    default:
      throw unknownType(fields, 'a client');
  }
}

function spawn(fields: Fields): ClientMessage {
  const environment: Record<string, string> = {};
  const values = fieldsOf(fields['environment']);
  for (const name of Object.keys(values)) environment[name] = text(values, name);
  return {
    type: 'spawn',
    thread: thread(fields),
    call: binary(fields, 'call'),
    parts: fields['parts'] === true,
    code: codeName(fields),
    name: text(fields, 'name').slice(0, limits.threadNameUnitsMax),
    runtime: text(fields, 'runtime'),
    memoryMb: count(fields, 'memoryMb'),
    timeoutMs: amount(fields, 'timeoutMs'),
    environment,
    detached: fields['detached'] === true,
    apart: fields['apart'] === true,
    batches: fields['batches'] === true,
  };
}

function question(fields: Fields): Question {
  switch (fields['about']) {
    case 'code':
      return { about: 'code', code: codeName(fields) };
    case 'thread':
      return { about: 'thread', thread: thread(fields) };
    case 'share':
      return { about: 'share', request: fields['request'] };
    case 'stop-share':
      return { about: 'stop-share', of: count(fields, 'of') };
    default:
      throw new ProtocolError(`A client asked about ${shown(fields['about'])}.`);
  }
}

function thread(fields: Fields): string {
  const value = text(fields, 'thread');
  if (isThreadName(value)) return value;
  throw new ProtocolError(
    `\`thread\` of a message is no name of 1 to 64 letters, digits, '.', '_' and '-' that begins with a letter or digit.`,
  );
}

function codeName(fields: Fields): string {
  const value = text(fields, 'code');
  if (/^[a-f0-9]{64}$/.test(value)) return value;
  throw new ProtocolError('`code` of a message is no SHA-256 in hexadecimal digits.');
}

/** Checks what a service sent. Throws ProtocolError if it is not exactly one of its messages. */
export function parseServiceMessage(value: unknown): ServiceMessage {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'welcome':
      return {
        type: 'welcome',
        version: count(fields, 'version'),
        session: text(fields, 'session'),
        received: count(fields, 'received'),
      };
    case 'received':
      return { type: 'received', count: count(fields, 'count') };
    case 'placed':
      return { type: 'placed', thread: thread(fields) };
    case 'started':
      return {
        type: 'started',
        thread: thread(fields),
        path: word(fields, 'path', startPaths),
        ms: amount(fields, 'ms'),
      };
    case 'lane':
      return { type: 'lane', thread: thread(fields), data: binary(fields, 'data') };
    case 'credit':
      return { type: 'credit', thread: thread(fields), bytes: count(fields, 'bytes') };
    case 'log':
      return {
        type: 'log',
        thread: thread(fields),
        text: text(fields, 'text'),
        ...(fields['stderr'] === true ? { stderr: true } : {}),
      };
    case 'ended':
      return { type: 'ended', thread: thread(fields), end: parseThreadEnd(fields['end']) };
    case 'answer':
      return fields['ok'] === true
        ? { type: 'answer', seq: count(fields, 'seq'), ok: true, value: fields['value'] }
        : { type: 'answer', seq: count(fields, 'seq'), ok: false, error: thrown(fields['error']) };
    default:
      throw unknownType(fields, 'a service');
  }
}

/** Checks how a thread is said to have ended. Throws ProtocolError. */
export function parseThreadEnd(value: unknown): ThreadEnd {
  const fields = fieldsOf(value);
  const numbers = {
    durationMs: amount(fields, 'durationMs'),
    cpuMs: amount(fields, 'cpuMs'),
    memoryPeakMb: amount(fields, 'memoryPeakMb'),
    logTail: text(fields, 'logTail'),
  };
  if (fields['ok'] === true) return { ...numbers, ok: true, result: binary(fields, 'result') };
  const kind = word(fields, 'kind', ['throw', 'timeout', 'oom', 'cancelled', 'lost', 'capacity']);
  return { ...numbers, ok: false, kind, thrown: thrown(fields['thrown']) };
}

function thrown(value: unknown): ThrownText {
  const fields = fieldsOf(value);
  const lines: unknown = fields['trace'];
  const trace = Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  const more = (key: 'code' | 'rev'): object => (fields[key] === undefined ? {} : { [key]: text(fields, key) });
  return { type: text(fields, 'type'), message: text(fields, 'message'), trace, ...more('code'), ...more('rev') };
}
