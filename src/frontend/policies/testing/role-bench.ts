import assert from 'node:assert/strict';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, STSClient, type AssumeRoleCommandInput, type Credentials } from '@aws-sdk/client-sts';
import { HeddleClient } from '../../../sdk/client.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';
import type { FetchFor } from '../keys-of-issuer.ts';

/** Credentials as STS gives them. */
export type Signer = Pick<Credentials, 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken'>;

/** What stock clients are made with. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
}

/** A frontend, and what tests of roles do with it. */
export interface RoleBench extends AsyncDisposable {
  readonly service: TestFrontend;
  readonly admin: HeddleClient;
  arnOf(role: string): string;
  /** Makes a role and its one policy; gives its ARN. */
  role(name: string, services: readonly string[] | object, more?: object): Promise<string>;
  /** For stock clients: with the account's key, or with credentials of a role. */
  configOf(credentials?: Signer): ClientConfig;
  assume(RoleArn: string, more?: Partial<AssumeRoleCommandInput>, by?: Signer): Promise<Credentials>;
  deploy(FunctionName: string): Promise<void>;
}

/** Starts one. `home`: an existing one, which is left there. */
export async function startRoleBench(
  changes: { readonly fetchFor?: FetchFor; readonly home?: string } = {},
): Promise<RoleBench> {
  const service = await startTestFrontend(changes);
  const { url, region, key } = service;
  const { accessKeyId, secretAccessKey } = key;
  const admin = new HeddleClient({ url, region, accessKeyId, secretAccessKey, credentialsFile: '' });
  const arnOf = (role: string): string => `arn:aws:iam::${key.account}:role/${role}`;
  const configOf = (signer?: Signer): ClientConfig => ({
    endpoint: url,
    region,
    credentials: signer === undefined ? { accessKeyId, secretAccessKey } : credentialsOf(signer),
    maxAttempts: 1,
  });
  return {
    service,
    admin,
    arnOf,
    configOf,
    async role(name, services, more = {}) {
      await admin.admin('PUT', `/policies/of-${name}`, { body: { policy: { services } } });
      await admin.admin('PUT', `/roles/${name}`, { body: { policies: [`of-${name}`], ...more } });
      return arnOf(name);
    },
    async assume(RoleArn, more = {}, by) {
      const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'tester', ...more });
      const { Credentials: credentials } = await new STSClient(configOf(by)).send(command);
      assert.ok(credentials !== undefined);
      return credentials;
    },
    async deploy(FunctionName) {
      const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
      const more = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: arnOf('any'), Code } as const;
      await service.client().send(new CreateFunctionCommand({ FunctionName, ...more }));
    },
    async [Symbol.asyncDispose]() {
      admin[Symbol.dispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

function credentialsOf({
  AccessKeyId = '',
  SecretAccessKey = '',
  SessionToken = '',
}: Signer): ClientConfig['credentials'] {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** What a stock client rejects with. */
export function failed(name: string, message: RegExp = /./): (error: unknown) => true {
  return (error: unknown): true => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  };
}
