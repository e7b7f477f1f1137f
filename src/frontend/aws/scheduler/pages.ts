import { ApiError } from '../../../api/errors.ts';
import type { ApiRequest } from '../../routes/operation.ts';

const pageMax = 100;

/** After what a request's page begins, by its `NextToken`; undefined for the first. Throws ValidationException for a token of no such list. */
export function pageAfter(request: ApiRequest, parts: number): readonly string[] | undefined {
  const token = request.query('NextToken');
  if (token === undefined) return undefined;
  const key = Buffer.from(token, 'base64url').toString().split('\n');
  if (key.length !== parts || sealed(key) !== token)
    throw new ApiError('ValidationException', 'Invalid NextToken: it is none that this list gave.');
  return key;
}

/** A page of what `read` gives, and what the next one begins after. `NextToken` is to be spread into the answer. */
export async function pageOf<Item>(
  request: ApiRequest,
  read: (limit: number) => Promise<readonly Item[]>,
  keyOf: (item: Item) => readonly string[],
): Promise<{ readonly items: readonly Item[]; readonly next: { readonly NextToken?: string } }> {
  const limit = Math.min(pageMax, Number(request.query('MaxResults') ?? pageMax));
  const found = await read(limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && found.length > limit ? { NextToken: sealed(keyOf(last)) } : {} };
}

function sealed(key: readonly string[]): string {
  return Buffer.from(key.join('\n')).toString('base64url');
}
