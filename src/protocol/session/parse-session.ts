import { ProtocolError } from '../../model/errors.ts';
import { isPortionGroup, trusts } from '../../model/functions/portion.ts';
import { limits } from '../../model/limits.ts';
import { amount, binary, count, fieldsOf, shown, text, unknownType, word, type Fields } from '../validate.ts';
import type { ClientMessage, PortionOrder, Question, SpawnOrder } from './session-messages.ts';
import { isThreadName } from './thread-name.ts';

// Both ends rebuild what they are sent field by field: a client may be hostile, and a service another one than it seems.

/** Checks what a client sent. Throws ProtocolError if it is not exactly one of its messages. */
export function parseClientMessage(value: unknown): ClientMessage {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'hello': {
      return {
        type: 'hello',
        version: count(fields, 'version'),
        received: count(fields, 'received'),
        ...(fields['session'] === undefined ? {} : { session: text(fields, 'session') }),
        ...(fields['hosts'] === true ? { hosts: true } : {}),
      };
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
  const call = {
    call: binary(fields, 'call'),
    parts: fields['parts'] === true,
    ...(fields['traceparent'] === undefined ? {} : { traceparent: text(fields, 'traceparent') }),
    ...(fields['traceState'] === undefined ? {} : { traceState: text(fields, 'traceState') }),
  };
  return { type: 'spawn', thread: thread(fields), ...call, ...order(fields) };
}

function order(fields: Fields): SpawnOrder {
  const environment: Record<string, string> = {};
  const values = fieldsOf(fields['environment']);
  for (const name of Object.keys(values)) environment[name] = text(values, name);
  return {
    code: codeName(fields),
    name: text(fields, 'name').slice(0, limits.threadNameUnitsMax),
    runtime: text(fields, 'runtime'),
    memoryMb: count(fields, 'memoryMb'),
    timeoutMs: amount(fields, 'timeoutMs'),
    environment,
    detached: fields['detached'] === true,
    apart: fields['apart'] === true,
    ...(fields['egress'] === undefined ? {} : { egress: text(fields, 'egress') }),
    ...(fields['secrets'] === undefined ? {} : { secrets: text(fields, 'secrets') }),
    ...(fields['policy'] === undefined ? {} : { policy: text(fields, 'policy') }),
    batches: fields['batches'] === true,
    ...(fields['portion'] === undefined ? {} : { portion: portion(fieldsOf(fields['portion'])) }),
  };
}

function portion(fields: Fields): PortionOrder {
  return {
    trust: word(fields, 'trust', trusts),
    group: portionGroup(fields),
    kernel: word(fields, 'kernel', ['own', 'any']),
  };
}

function portionGroup(fields: Fields): string {
  const group = text(fields, 'group');
  if (isPortionGroup(group)) return group;
  throw new ProtocolError('`group` of a message is no name of a group of portions.');
}

function question(fields: Fields): Question {
  switch (fields['about']) {
    case 'code':
      return { about: 'code', code: codeName(fields) };
    case 'thread':
      return { about: 'thread', thread: thread(fields) };
    case 'move':
      return { about: 'move', thread: thread(fields), move: fields['move'] === 'resume' ? 'resume' : 'pause' };
    case 'fork':
      return { about: 'fork', thread: thread(fields), forks: threadNames(fields['forks']) };
    case 'share':
      return { about: 'share', request: fields['request'] };
    case 'expect':
      return {
        about: 'expect',
        order: order(fieldsOf(fields['order'])),
        count: count(fields, 'count'),
        withinMs: count(fields, 'withinMs'),
      };
    case 'durable':
      return { about: 'durable', request: fields['request'] };
    case 'portion':
      return { about: 'portion', group: portionGroup(fields) };
    case 'stop-share':
      return { about: 'stop-share', of: count(fields, 'of') };
    default:
      throw new ProtocolError(`A client asked about ${shown(fields['about'])}.`);
  }
}

function threadNames(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > limits.forksMax)
    throw new ProtocolError(`\`forks\` of a question is no list of at most ${limits.forksMax} names.`);
  return value.map((name: unknown) => thread({ thread: name }));
}

/** The thread that a message is about. Throws ProtocolError. */
export function thread(fields: Fields): string {
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
