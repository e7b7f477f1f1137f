import { ApiError } from '../../api/errors.ts';
import type { ApiRequest } from '../routes/operation.ts';
import { maxItems } from './max-items.ts';

/** What a list's answer has of it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** To be spread into the answer: `NextMarker`, where there is more. */
  readonly next: { readonly NextMarker?: string };
}

/**
 * Those of a whole list that a request's `Marker` and `MaxItems` ask for. `list` names what is listed, `keyOf` what an item is known by in it:
 * a marker is good for its own list only, and still good when its item has gone, where keys are in their order.
 */
export function pageOf<Item>(
  request: ApiRequest,
  list: string,
  all: readonly Item[],
  keyOf: (item: Item) => string,
): Page<Item> {
  const after = pageStart(request, list);
  const at = after === '' ? -1 : all.findIndex((item) => keyOf(item) === after);
  const first = after === '' ? 0 : at === -1 ? all.findIndex((item) => keyOf(item) > after) : at + 1;
  return firstOf(request, list, first === -1 ? [] : all.slice(first), keyOf);
}

/** The same where only what comes after {@link pageStart} was read, one more than a page at least. */
export function firstOf<Item>(
  request: ApiRequest,
  list: string,
  rest: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number = maxItems(request.query('MaxItems')),
): Page<Item> {
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const more = last !== undefined && rest.length > limit;
  return { items, next: more ? { NextMarker: sealed(list, keyOf(last)) } : {} };
}

/** The key after which a request's page begins; `''` for the first. Throws InvalidParameterValueException for a marker of no such list. */
export function pageStart(request: ApiRequest, list: string): string {
  const marker = request.query('Marker') ?? '';
  if (marker === '') return '';
  const [of, ...key] = Buffer.from(marker, 'base64url').toString().split('\n');
  if (of === list && key.length === 1 && key[0] !== undefined && sealed(list, key[0]) === marker) return key[0];
  throw new ApiError('InvalidParameterValueException', 'The Marker is none that this list gave as its NextMarker.');
}

function sealed(list: string, key: string): string {
  return Buffer.from(`${list}\n${key}`).toString('base64url');
}
