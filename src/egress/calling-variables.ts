import { codeCredentialsPath } from '../model/network.ts';
import { ownName } from './name-answers.ts';
import type { SessionKey } from './session-keys.ts';

/** With what, and where, SDKs ask for credentials that hold for a time only. */
export interface Asking {
  /** Of the service, as code finds it that does not ask DNS. */
  readonly address: Uint8Array;
  readonly bearer: string;
}

const ownUrl = `http://${ownName}`;

/** What code must know to call the service, which it may have others of the same names instead of. */
export function callingVariables(
  { accessKeyId, secretAccessKey }: SessionKey,
  asking: Asking | undefined,
): Readonly<Record<string, string>> {
  const ours = { HEDDLE_ACCESS_KEY_ID: accessKeyId, HEDDLE_SECRET_ACCESS_KEY: secretAccessKey };
  const own = { AWS_ENDPOINT_URL_LAMBDA: ownUrl, AWS_ENDPOINT_URL_SQS: ownUrl, AWS_ENDPOINT_URL_S3: ownUrl };
  return { ...own, HEDDLE_URL: ownUrl, ...ours, ...(asking === undefined ? {} : askingVariables(asking)) };
}

/** The same that it may not: its key, as on AWS. */
export function keyVariables({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: SessionKey): Readonly<Record<string, string>> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}

/** Where AWS's SDKs ask for credentials when they find none in the environment, and again before those end: by a number of loopback's, as they insist. */
function askingVariables({ address, bearer }: Asking): Readonly<Record<string, string>> {
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${address.join('.')}${codeCredentialsPath}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: bearer,
  };
}
