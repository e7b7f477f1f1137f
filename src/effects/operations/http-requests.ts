import type { Answer } from '../model/effect.ts';
import type { Value } from '../values/value.ts';
import { functionDraft } from './aws.ts';
import { type Draft, factsOf, inputMember, type Manner, textsIn, unknownDraft, withMarks } from './draft.ts';
import { leavesFor } from './hosts.ts';

/** A request as code makes it. */
export interface Request {
  readonly method: Value;
  readonly hosts: readonly (string | undefined)[];
  readonly headers: Value;
  readonly body: Value;
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);
const keyNames = [
  'idempotency-key',
  'Idempotency-Key',
  'x-idempotency-key',
  'X-Idempotency-Key',
  'Idempotency-key',
  'IdempotencyKey',
];

function mannerOf(method: string): Manner {
  if (reading.has(method)) return 'read';
  if (method === 'PUT') return 'overwrite';
  return method === 'DELETE' ? 'remove' : 'append';
}

/** The header that makes a second request harmless, where the far side knows it. */
function keyOf(headers: Value): { readonly value: Value; readonly given: Answer } {
  const all = keyNames.map((name) => inputMember(headers, name));
  const sure = all.find(({ given }) => given === 'yes');
  if (sure !== undefined) return sure;
  return all.find(({ given }) => given === 'unknown') ?? { value: [], given: 'no' };
}

function draft(method: string | undefined, host: string | undefined, { headers, body }: Request): Draft {
  const leaves = leavesFor(host);
  const what = `http ${method ?? '?'} ${host ?? '?'}`;
  const where = host ?? 'a host that only running it would tell';
  const url = /^([a-z0-9]+)\.lambda-url\./.exec(host ?? '')?.[1];
  if (url !== undefined)
    return { ...functionDraft(`url:${url}`), what, words: `sends ${method ?? 'a request'} to the function at ${host}` };
  if (method === undefined)
    return {
      ...unknownDraft(`sends a request to ${where}, of a method that only running it would tell`, what),
      deterministic: 'no',
      leavesMachine: leaves,
    };
  const manner = mannerOf(method);
  const facts = factsOf(manner, leaves);
  if (manner === 'append') {
    const key = keyOf(headers);
    if (key.given === 'yes')
      return {
        what,
        ...spread(
          withMarks(
            { ...facts, idempotent: 'yes', retrySafe: 'yes' },
            `sends ${method} to ${where} with an idempotency key`,
            key.value,
          ),
        ),
      };
    if (key.given === 'unknown' && headers.length > 0)
      return {
        what,
        words: `sends ${method} to ${where}, maybe with an idempotency key`,
        ...facts,
        idempotent: 'unknown',
        retrySafe: 'unknown',
      };
    return { what, words: `sends ${method} to ${where} without an idempotency key`, ...facts };
  }
  return { what, ...spread(withMarks(facts, `sends ${method} to ${where}`, body)) };
}

function spread({ facts, words }: ReturnType<typeof withMarks>): Omit<Draft, 'what'> {
  return { words, ...facts };
}

/** What a request does, for each method and host that it may have. */
export function drafts(request: Request): readonly Draft[] {
  const methods = textsIn(request.method);
  return methods.flatMap((method) => request.hosts.map((host) => draft(method?.toUpperCase(), host, request)));
}
