import type { HeddleClient } from './client.ts';
import type { Shape } from './shape.ts';

const path = '/2025-12-01/durable-executions';
const callbacks = '/2025-12-01/durable-execution-callbacks';

/** Which of an account's executions are meant. */
export interface ExecutionFilter {
  readonly kind: 'function' | 'program';
  readonly function?: string;
  readonly name?: string;
  readonly status?: string;
}

/** Executions, the newest first, page by page. */
export async function* executionsOf(client: HeddleClient, filter: ExecutionFilter): AsyncGenerator<Shape> {
  let marker = '';
  do {
    const query = { ...filter, ...(marker !== '' && { Marker: marker }) };
    const page: Shape = await client.admin('GET', '/executions', { query });
    yield* page.list('Executions');
    marker = page.text('NextMarker');
  } while (marker !== '');
}

/** One, with what it was given and what came of it. */
export async function getExecution(client: HeddleClient, arn: string): Promise<Shape> {
  return await client.json('GET', `${path}/${encodeURIComponent(arn)}`);
}

/** Its history, in order, page by page. */
export async function* historyOf(client: HeddleClient, arn: string): AsyncGenerator<Shape> {
  let marker = '';
  do {
    const query = { IncludeExecutionData: 'true', MaxItems: '500', ...(marker !== '' && { Marker: marker }) };
    const page: Shape = await client.json('GET', `${path}/${encodeURIComponent(arn)}/history`, undefined, query);
    yield* page.list('Events');
    marker = page.text('NextMarker');
  } while (marker !== '');
}

/** Ends one, wherever it is. */
export async function stopExecution(client: HeddleClient, arn: string, message: string): Promise<void> {
  const body = message === '' ? {} : { ErrorMessage: message };
  await client.json('POST', `${path}/${encodeURIComponent(arn)}/stop`, body);
}

/** Completes a callback; `result`: JSON text, or `error`: why not. */
export async function completeCallback(
  client: HeddleClient,
  id: string,
  word: { readonly result: string } | { readonly error: string },
): Promise<void> {
  const of = `${callbacks}/${encodeURIComponent(id)}`;
  if ('result' in word) await client.bytes('POST', `${of}/succeed`, Buffer.from(word.result));
  else await client.json('POST', `${of}/fail`, { ErrorMessage: word.error });
}
