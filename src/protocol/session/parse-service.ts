import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { startPaths } from '../../model/invocations/start-path.ts';
import { amount, binary, count, fieldsOf, text, unknownType, word, type Fields } from '../validate.ts';
import { thread } from './parse-session.ts';
import type { ServiceMessage, ThreadEnd, ThrownText } from './session-messages.ts';

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
        ...(fields['hosts'] === undefined ? {} : { hosts: addresses(fields, 'hosts') }),
      };
    case 'hosts':
      return { type: 'hosts', urls: addresses(fields, 'urls') };
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
        ...(fields['host'] === undefined ? {} : { host: text(fields, 'host').slice(0, limits.threadNameUnitsMax) }),
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

/** More than a client would try in any time that it has. */
const hostsMax = 256;

function addresses(fields: Fields, key: 'hosts' | 'urls'): string[] {
  const value: unknown = fields[key];
  if (Array.isArray(value) && value.length <= hostsMax)
    return value.map((one: unknown) => text({ address: one }, 'address'));
  throw new ProtocolError(`\`${key}\` of a message is no list of at most ${hostsMax} addresses.`);
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
