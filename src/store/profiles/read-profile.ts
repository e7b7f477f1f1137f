import type { EdgeRecord, ProfileRecord } from '../../model/call-profiles.ts';
import { callKinds } from '../../model/invocations/caller.ts';

/** A profile as it was written; undefined for what is none, which is as good as never learned. */
export function readProfile(text: string): ProfileRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [account, name, runs, updatedAt] = [
    textOf(value, 'account'),
    textOf(value, 'name'),
    numberOf(value, 'runs'),
    numberOf(value, 'updatedAt'),
  ];
  if (account === undefined || name === undefined || runs === undefined || updatedAt === undefined) return undefined;
  const edges = listOf(value, 'edges').flatMap((edge) => edgeOf(edge) ?? []);
  const hosts = listOf(value, 'hosts').flatMap((each) => {
    const [host, connections] = [textOf(each, 'host'), numberOf(each, 'connections')];
    return host === undefined || connections === undefined ? [] : [{ host, connections }];
  });
  const code = textOf(value, 'codeSha256');
  return { account, name, runs, updatedAt, ...(code !== undefined && { codeSha256: code }), edges, hosts };
}

function edgeOf(value: unknown): EdgeRecord | undefined {
  const [name, qualifier] = [textOf(value, 'name'), textOf(value, 'qualifier')];
  const numbers = (['hits', 'calls', 'together', 'delayMs', 'spreadMs', 'useful', 'wasted'] as const).map((key) =>
    numberOf(value, key),
  );
  const [hits, calls, together, delayMs, spreadMs, useful, wasted] = numbers;
  if (name === undefined || qualifier === undefined) return undefined;
  if (hits === undefined || calls === undefined || together === undefined) return undefined;
  if (delayMs === undefined || spreadMs === undefined || useful === undefined || wasted === undefined) return undefined;
  const said = listOf(value, 'kinds');
  const kinds = callKinds.filter((kind) => said.includes(kind));
  return { name, qualifier, kinds, hits, calls, together, delayMs, spreadMs, useful, wasted };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textOf(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === 'string' ? member : undefined;
}

function numberOf(value: unknown, key: string): number | undefined {
  const member = memberOf(value, key);
  return typeof member === 'number' && Number.isFinite(member) && member >= 0 ? member : undefined;
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const member = memberOf(value, key);
  return Array.isArray(member) ? member : [];
}
