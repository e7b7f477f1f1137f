import type { HeddleClient } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import type { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';

/** What `--url` takes: everybody may call it, or who signs; or the function is to have none. */
export const urlAccesses = ['none', 'iam', 'off'] as const;
/** What `--url-mode` takes. */
export const urlModes = ['buffered', 'stream'] as const;

/** What a person wants of a function's URL; what is left out stays as it is. */
export interface UrlWish {
  readonly access?: (typeof urlAccesses)[number];
  readonly mode?: (typeof urlModes)[number];
}

/** Reads both flags; undefined where neither is given. Throws CliError (usage). */
export function urlWish(access: string | undefined, mode: string | undefined): UrlWish | undefined {
  if (access === undefined && mode === undefined) return undefined;
  const wish = { access: oneOf('url', access, urlAccesses), mode: oneOf('url-mode', mode, urlModes) };
  return {
    ...(wish.access !== undefined && { access: wish.access }),
    ...(wish.mode !== undefined && { mode: wish.mode }),
  };
}

function oneOf<Value extends string>(
  flag: string,
  text: string | undefined,
  values: readonly Value[],
): Value | undefined {
  const found = values.find((value) => value === text);
  if (text === undefined || found !== undefined) return found;
  throw new CliError(`--${flag} must be ${values.join(' or ')}; it is "${text}".`, exitCodes.usage);
}

/** What lets everybody call a URL, under the names that AWS's console gives it. */
const everybody = [
  {
    StatementId: 'FunctionURLAllowPublicAccess',
    Action: 'lambda:InvokeFunctionUrl',
    Principal: '*',
    FunctionUrlAuthType: 'NONE',
  },
  {
    StatementId: 'FunctionURLAllowInvokeAction',
    Action: 'lambda:InvokeFunction',
    Principal: '*',
    InvokedViaFunctionUrl: true,
  },
] as const;

/** The URL of a function as the service has it, where there is one. */
export async function findUrl(client: HeddleClient, name: string): Promise<Shape | undefined> {
  return await unless(404, client.json('GET', urlPath(name)));
}

/** Gives a function the URL that is wished for, and opens it to whom it is for. Gives it; undefined where there is none now. */
export async function setUrl(
  client: HeddleClient,
  name: string,
  { access, mode }: UrlWish,
): Promise<string | undefined> {
  const path = urlPath(name);
  const current = await findUrl(client, name);
  if (access === 'off') {
    if (current !== undefined) await client.json('DELETE', path);
    await close(client, name);
    return undefined;
  }
  if (current === undefined && access === undefined)
    throw new CliError(`${name} has no URL, so that nothing of it can be changed.`, exitCodes.usage, {
      hint: 'Give it one: --url none, or --url iam',
    });
  const said = {
    ...(access !== undefined && { AuthType: access === 'none' ? 'NONE' : 'AWS_IAM' }),
    ...(mode !== undefined && { InvokeMode: mode === 'stream' ? 'RESPONSE_STREAM' : 'BUFFERED' }),
  };
  const url = await client.json(current === undefined ? 'POST' : 'PUT', path, said);
  if (access === 'none')
    for (const permission of everybody) await unless(409, client.json('POST', policyPath(name), permission));
  if (access === 'iam') await close(client, name);
  return url.text('FunctionUrl');
}

async function close(client: HeddleClient, name: string): Promise<void> {
  for (const { StatementId } of everybody)
    await unless(404, client.json('DELETE', `${policyPath(name)}/${StatementId}`));
}

async function unless(status: number, asked: Promise<Shape>): Promise<Shape | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ServiceError && error.status === status) return undefined;
    throw error;
  }
}

function urlPath(name: string): string {
  return `/2021-10-31/functions/${encodeURIComponent(name)}/url`;
}

function policyPath(name: string): string {
  return `/2015-03-31/functions/${encodeURIComponent(name)}/policy`;
}
