import { ProtocolError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { isContentType } from './content-type.ts';
import { protocolVersion, type AgentMessage, type FunctionErrorBody, type RuntimeMessage } from './messages.ts';

// What comes from a guest is rebuilt field by field: nothing that was not looked at gets any further.

/** An object decoded from the wire, nothing known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Checks that a decoded message is a map with a `type`. Throws ProtocolError. */
export function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new ProtocolError('A message is not a map.');
}

/** Checks what an agent sent. Throws ProtocolError if it is not exactly one of its messages. */
export function parseAgentMessage(value: unknown): AgentMessage {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'done':
      return {
        type: 'done',
        seq: count(fields, 'seq'),
        ...(fields['wallMs'] === undefined ? {} : { wallMs: amount(fields, 'wallMs') }),
        ...(fields['processorMs'] === undefined ? {} : { processorMs: processorMs(fields) }),
      };
    case 'failed':
      return { type: 'failed', seq: count(fields, 'seq'), message: text(fields, 'message') };
    case 'output':
      return { type: 'output', channel: channel(fields), text: text(fields, 'text') };
    case 'container-exited':
      return {
        type: 'container-exited',
        channel: channel(fields),
        reason: word(fields, 'reason', ['exit', 'killed', 'memory', 'processes']),
        code: fields['code'] === undefined ? null : count(fields, 'code'),
        signal: fields['signal'] === undefined ? null : text(fields, 'signal'),
        ...(fields['memoryPeakMb'] === undefined ? {} : { memoryPeakMb: amount(fields, 'memoryPeakMb') }),
      };
    case 'hello':
      return { type: 'hello', protocol: count(fields, 'protocol'), role: word(fields, 'role', ['agent']) };
    default:
      throw unknownType(fields, 'an agent');
  }
}

/** Checks what a runtime sent. Throws ProtocolError if it is not exactly one of its messages. */
export function parseRuntimeMessage(value: unknown): RuntimeMessage {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'started':
      return { type: 'started' };
    case 'initialised':
      return { type: 'initialised' };
    case 'rested':
      return { type: 'rested' };
    case 'held':
      return { type: 'held' };
    case 'result': {
      const memoryPeakMb = amount(fields, 'memoryPeakMb');
      const result = { type: 'result', payload: payload(fields), memoryPeakMb } as const;
      return { ...result, ...measured(fields) };
    }
    case 'log':
      return { type: 'log', text: text(fields, 'text'), ...(fields['stderr'] === true ? { stderr: true } : {}) };
    case 'lane':
      return { type: 'lane', data: binary(fields, 'data') };
    case 'part':
      return { type: 'part', data: part(fields) };
    case 'stream':
      return { type: 'stream', contentType: contentType(fields) };
    case 'error':
      return {
        type: 'error',
        phase: word(fields, 'phase', ['init', 'invoke']),
        error: errorBody(fields['error']),
        ...(fields['exits'] === true ? { exits: true } : {}),
        memoryPeakMb: amount(fields, 'memoryPeakMb'),
        ...measured(fields),
      };
    case 'hello':
      return { type: 'hello', protocol: count(fields, 'protocol'), role: word(fields, 'role', ['runtime']) };
    default:
      throw unknownType(fields, 'a runtime');
  }
}

/** Throws ProtocolError, in words for an operator, unless the other side speaks our version. */
export function checkVersion(hello: { readonly protocol: number; readonly role: string }): void {
  if (hello.protocol === protocolVersion) return;
  throw new ProtocolError(
    `The ${hello.role} in the instance speaks protocol version ${hello.protocol}, this service ${protocolVersion}. ` +
      'Its image or template was built by another version; remove the cache folder so that they are built again.',
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function unknownType(fields: Fields, sender: string): ProtocolError {
  return new ProtocolError(`A message of type ${shown(fields['type'])} is none that ${sender} may send.`);
}

/** For messages. Turning what came into text by itself may throw: it may have a `toString` that is no function. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a ${typeof value}`;
}

function wrong(fields: Fields, key: string, should: string): ProtocolError {
  return new ProtocolError(`\`${key}\` of a message of type ${shown(fields['type'])} is not ${should}.`);
}

/** A whole number from 0 to 2^32 - 1. */
export function count(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw wrong(fields, key, 'a whole number');
}

/** A finite number, 0 or more. */
export function amount(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw wrong(fields, key, 'a number of 0 or more');
}

/** A finite number. */
export function finite(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(fields, key, 'a finite number');
}

export function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === 'string') return value;
  throw wrong(fields, key, 'text');
}

export function binary(fields: Fields, key: string): Uint8Array {
  const value = fields[key];
  if (value instanceof Uint8Array) return value;
  throw wrong(fields, key, 'binary');
}

export function word<const Word extends string>(fields: Fields, key: string, words: readonly Word[]): Word {
  const found = words.find((candidate) => candidate === fields[key]);
  if (found !== undefined) return found;
  throw wrong(fields, key, `one of ${words.join(', ')}`);
}

/** The largest number that a container's channel has with any driver. */
const channelMax = limits.socketChannelsPerInstance - 1;

/** A channel that can belong to a container. */
export function channel(fields: Fields): number {
  const value = count(fields, 'channel');
  if (value >= 1 && value <= channelMax) return value;
  throw wrong(fields, 'channel', `between 1 and ${channelMax}`);
}

function processorMs(fields: Fields): (readonly [channel: number, ms: number])[] {
  const list = fields['processorMs'];
  const ok = Array.isArray(list) && list.length <= channelMax && list.every(isChannelAndMs);
  if (ok) return list.map(([number, ms]) => [number, ms]);
  throw wrong(fields, 'processorMs', `a list of at most ${channelMax} pairs of channel and milliseconds`);
}

function isChannelAndMs(value: unknown): value is [channel: number, ms: number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [number, ms]: unknown[] = value;
  return typeof number === 'number' && Number.isInteger(number) && typeof ms === 'number' && ms >= 0 && ms < Infinity;
}

function payload(fields: Fields): Uint8Array {
  const value = binary(fields, 'payload');
  if (value.length <= limits.answerBytesMax) return value;
  throw wrong(fields, 'payload', `within ${limits.answerBytesMax} bytes`);
}

function part(fields: Fields): Uint8Array {
  const data = binary(fields, 'data');
  if (data.length <= limits.streamPartBytesMax) return data;
  throw wrong(fields, 'data', `within ${limits.streamPartBytesMax} bytes`);
}

/** It becomes a header of HTTP. */
function contentType(fields: Fields): string {
  const value = text(fields, 'contentType');
  if (isContentType(value)) return value;
  throw wrong(fields, 'contentType', 'a header of at most 1024 characters');
}

interface MeasuredFields {
  readonly initMs?: number;
  readonly cpuMs?: number;
  readonly ranMs?: number;
  readonly printedRaw?: true;
  readonly spent?: true;
  readonly lingers?: true;
}

function measured(fields: Fields): MeasuredFields {
  return {
    ...(fields['initMs'] === undefined ? {} : { initMs: amount(fields, 'initMs') }),
    ...(fields['cpuMs'] === undefined ? {} : { cpuMs: amount(fields, 'cpuMs') }),
    ...(fields['ranMs'] === undefined ? {} : { ranMs: amount(fields, 'ranMs') }),
    ...(fields['printedRaw'] === true ? { printedRaw: true } : {}),
    ...(fields['spent'] === true ? { spent: true } : {}),
    ...(fields['lingers'] === true ? { lingers: true } : {}),
  };
}

function errorBody(value: unknown): FunctionErrorBody {
  const fields = fieldsOf(value);
  const code = fields['errorCode'] === undefined ? {} : { errorCode: text(fields, 'errorCode') };
  const json = fields['json'] === undefined ? {} : { json: errorJson(fields) };
  const body = { errorType: text(fields, 'errorType'), errorMessage: text(fields, 'errorMessage'), ...code, ...json };
  const { trace } = fields;
  if (trace === undefined) return body;
  if (Array.isArray(trace) && trace.length <= traceLinesMax && trace.every((line) => typeof line === 'string'))
    return { ...body, trace };
  throw new ProtocolError(`\`trace\` of an error is not a list of at most ${traceLinesMax} lines.`);
}
const traceLinesMax = 1_000;

function errorJson(fields: Fields): string {
  const json = text(fields, 'json');
  if (Buffer.byteLength(json) <= limits.answerBytesMax) return json;
  throw new ProtocolError(`\`json\` of an error is not within ${limits.answerBytesMax} bytes.`);
}
