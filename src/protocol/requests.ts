import { ProtocolError } from '../model/errors.ts';
import { allRuntimes } from '../model/runtimes/configuration.ts';
import type { CodeFile } from '../model/functions/code.ts';
import { environmentOf } from './init-on-wire.ts';
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
        ...(fields['same'] === true ? { same: true } : {}),
      };
    case 'make-container':
      return {
        type: 'make-container',
        seq,
        channel: channel(fields),
        runtime: word(fields, 'runtime', allRuntimes),
        ...(fields['heapMb'] === undefined ? {} : { heapMb: count(fields, 'heapMb') }),
        pidsMax: count(fields, 'pidsMax'),
        tmpBytes: count(fields, 'tmpBytes'),
      };
    case 'code':
      return { type: 'code', seq, sha256: text(fields, 'sha256'), files: files(fields), last: fields['last'] === true };
    case 'code-image':
      return { type: 'code-image', seq, sha256: text(fields, 'sha256') };
    case 'code-tree':
      return {
        type: 'code-tree',
        seq,
        sha256: text(fields, 'sha256'),
        name: text(fields, 'name'),
        bytes: count(fields, 'bytes'),
      };
    case 'bind':
      return {
        type: 'bind',
        seq,
        channel: channel(fields),
        sha256: text(fields, 'sha256'),
        memoryMb: count(fields, 'memoryMb'),
        ...(fields['storageMb'] === undefined ? {} : { storageMb: count(fields, 'storageMb') }),
        ...(fields['authority'] === undefined ? {} : { authority: text(fields, 'authority') }),
      };
    case 'bind-layers':
      return { type: 'bind-layers', seq, channel: channel(fields), sha256: text(fields, 'sha256') };
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
        timeoutMs: amount(fields, 'timeoutMs'),
        payload: binary(fields, 'payload'),
        ...(fields['thread'] === true ? { thread: true as const } : {}),
        ...(fields['tenantId'] === undefined ? {} : { tenantId: text(fields, 'tenantId') }),
        ...(fields['initialise'] === true ? { initialise: true as const } : {}),
        ...(fields['stream'] === true ? { stream: true as const } : {}),
        ...(fields['traceId'] === undefined ? {} : { traceId: text(fields, 'traceId') }),
        ...(fields['traceparent'] === undefined ? {} : { traceparent: text(fields, 'traceparent') }),
        ...(fields['traceState'] === undefined ? {} : { traceState: text(fields, 'traceState') }),
        ...(fields['invokedArn'] === undefined ? {} : { invokedArn: text(fields, 'invokedArn') }),
      } as const;
      return fields['clientContext'] === undefined
        ? invoke
        : { ...invoke, clientContext: text(fields, 'clientContext') };
    }
    case 'lane':
      return { type: 'lane', data: binary(fields, 'data') };
    case 'took':
      return { type: 'took', bytes: count(fields, 'bytes') };
    case 'left':
      return { type: 'left' };
    case 'rehearse':
      return { type: 'rehearse' };
    case 'go':
      return { type: 'go' };
    case 'hold':
      return { type: 'hold' };
    case 'reseed':
      return { type: 'reseed', randomSeed: count(fields, 'randomSeed') };
    case 'go-on':
      return { type: 'go-on', forkIndex: count(fields, 'forkIndex'), environment: variables(fields) };
    case 'shutdown':
      return {
        type: 'shutdown',
        reason: word(fields, 'reason', ['spindown', 'timeout', 'failure']),
        timeoutMs: amount(fields, 'timeoutMs'),
      };
    case 'init':
      return {
        type: 'init',
        handler: text(fields, 'handler'),
        environment: environmentOf(text(fields, 'environment')),
        functionName: text(fields, 'functionName'),
        functionVersion: text(fields, 'functionVersion'),
        functionArn: text(fields, 'functionArn'),
        memoryMb: count(fields, 'memoryMb'),
        logGroup: text(fields, 'logGroup'),
        logStream: text(fields, 'logStream'),
        randomSeed: count(fields, 'randomSeed'),
        ...(fields['authority'] === undefined ? {} : { authority: text(fields, 'authority') }),
        ...(fields['extensions'] === true ? { extensions: true as const } : {}),
        ...(fields['gated'] === true ? { gated: true as const } : {}),
      };
    default:
      throw unknownType(fields, 'the host');
  }
}

function variables(fields: Fields): Record<string, string> {
  const all = fieldsOf(fields['environment']);
  return Object.fromEntries(Object.keys(all).map((name) => [name, text(all, name)]));
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
