import { ProtocolError } from '../model/errors.ts';
import { runtimes } from '../model/configuration.ts';
import type { CodeFile } from '../model/code.ts';
import type { AgentRequest, RuntimeRequest } from './messages.ts';
import { amount, binary, channel, count, fieldsOf, finite, text, unknownType, word, type Fields } from './validate.ts';

// The guest's ends. The host is trusted, but a guest that misreads it should stop at once and say why.

/** Checks what the host asks of an agent. Throws ProtocolError if it is not exactly one of its requests. */
export function parseAgentRequest(value: unknown): AgentRequest {
  const fields = fieldsOf(value);
  const seq = count(fields, 'seq');
  switch (fields['type']) {
    case 'identify':
      return {
        type: 'identify',
        seq,
        instanceId: text(fields, 'instanceId'),
        wallMs: amount(fields, 'wallMs'),
        ...(fields['behindMs'] === undefined ? {} : { behindMs: finite(fields, 'behindMs') }),
        entropy: binary(fields, 'entropy'),
      };
    case 'make-container':
      return {
        type: 'make-container',
        seq,
        channel: channel(fields),
        runtime: word(fields, 'runtime', runtimes),
        ...(fields['heapMb'] === undefined ? {} : { heapMb: count(fields, 'heapMb') }),
        pidsMax: count(fields, 'pidsMax'),
        tmpBytes: count(fields, 'tmpBytes'),
      };
    case 'code':
      return { type: 'code', seq, sha256: text(fields, 'sha256'), files: files(fields), last: fields['last'] === true };
    case 'bind':
      return {
        type: 'bind',
        seq,
        channel: channel(fields),
        sha256: text(fields, 'sha256'),
        memoryMb: count(fields, 'memoryMb'),
      };
    case 'rehearse-bind':
      return { type: 'rehearse-bind', seq, sha256: text(fields, 'sha256') };
    case 'drop-code':
      return { type: 'drop-code', seq, sha256: text(fields, 'sha256') };
    case 'flush':
      return { type: 'flush', seq, channel: channel(fields) };
    case 'kill':
      return { type: 'kill', seq, channel: channel(fields) };
    case 'usage':
      return { type: 'usage', seq };
    case 'ping':
      return { type: 'ping', seq };
    default:
      throw unknownType(fields, 'the host');
  }
}

/** Checks what the host asks of a runtime. Throws ProtocolError if it is not exactly one of its requests. */
export function parseRuntimeRequest(value: unknown): RuntimeRequest {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'invoke': {
      const invoke = {
        type: 'invoke',
        requestId: text(fields, 'requestId'),
        deadlineWallMs: amount(fields, 'deadlineWallMs'),
        payload: binary(fields, 'payload'),
        ...(fields['thread'] === true ? { thread: true as const } : {}),
      } as const;
      return fields['clientContext'] === undefined
        ? invoke
        : { ...invoke, clientContext: text(fields, 'clientContext') };
    }
    case 'lane':
      return { type: 'lane', data: binary(fields, 'data') };
    case 'rehearse':
      return { type: 'rehearse' };
    case 'init':
      return {
        type: 'init',
        handler: text(fields, 'handler'),
        environment: textMap(fields, 'environment'),
        functionName: text(fields, 'functionName'),
        functionVersion: text(fields, 'functionVersion'),
        functionArn: text(fields, 'functionArn'),
        memoryMb: count(fields, 'memoryMb'),
        logGroup: text(fields, 'logGroup'),
        logStream: text(fields, 'logStream'),
        randomSeed: count(fields, 'randomSeed'),
      };
    default:
      throw unknownType(fields, 'the host');
  }
}

function textMap(fields: Fields, key: string): Record<string, string> {
  const map: Record<string, string> = {};
  const values = fieldsOf(fields[key]);
  for (const name of Object.keys(values)) map[name] = text(values, name);
  return map;
}

function files(fields: Fields): (CodeFile & { readonly offset: number })[] {
  const list = fields['files'];
  if (!Array.isArray(list)) throw new ProtocolError('`files` of a message of type "code" is not a list.');
  return list.map((item: unknown) => {
    const file = fieldsOf(item);
    return {
      path: text(file, 'path'),
      mode: count(file, 'mode'),
      data: binary(file, 'data'),
      offset: count(file, 'offset'),
    };
  });
}
