import type { HeddleClient } from './client.ts';
import { ServiceError } from './service-error.ts';
import type { Shape } from './shape.ts';

/** Which part of an alias's invocations runs another version than its own; `weight`: 0 … 1. */
export interface Shift {
  readonly version: string;
  readonly weight: number;
}

function pathOf(name: string, ...more: readonly string[]): string {
  return ['/2015-03-31/functions', ...[name, ...more].map(encodeURIComponent)].join('/');
}

/** Publishes a function as it is now, and gives the version: the newest one where nothing has changed since. */
export async function publishVersion(client: HeddleClient, name: string, description?: string): Promise<Shape> {
  const body = description === undefined ? {} : { Description: description };
  return await client.json('POST', pathOf(name, 'versions'), body);
}

/** Lets an alias lead to a version, and to another in part, whether there was such an alias before or not. */
export async function setAlias(
  client: HeddleClient,
  name: string,
  alias: string,
  version: string,
  shift: Shift | undefined,
): Promise<Shape> {
  const weights = shift === undefined ? {} : { [shift.version]: shift.weight };
  const body = { FunctionVersion: version, RoutingConfig: { AdditionalVersionWeights: weights } };
  try {
    return await client.json('PUT', pathOf(name, 'aliases', alias), body);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    // It is the alias that is missing, or something that the creation will name.
    return await client.json('POST', pathOf(name, 'aliases'), { Name: alias, ...body });
  }
}

/** A function's aliases in order of their names, page by page. */
export async function* aliasesOf(client: HeddleClient, name: string): AsyncGenerator<Shape> {
  let marker = '';
  do {
    const query: Record<string, string> = marker === '' ? {} : { Marker: marker };
    const page: Shape = await client.json('GET', pathOf(name, 'aliases'), undefined, query);
    yield* page.list('Aliases');
    marker = page.text('NextMarker');
  } while (marker !== '');
}

/** Also of one that is not there. */
export async function deleteAlias(client: HeddleClient, name: string, alias: string): Promise<void> {
  await client.json('DELETE', pathOf(name, 'aliases', alias));
}
