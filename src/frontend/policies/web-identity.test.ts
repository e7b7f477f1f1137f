import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTokenFile, fromWebToken } from '@aws-sdk/credential-providers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { programsOf } from '../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../test/stock-tools/stock-tools.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { failed, startRoleBench, type RoleBench } from './testing/role-bench.ts';

const tools = await stockTools();
const issuer = 'https://token.actions.githubusercontent.com';
const github = await generateKeyPair('RS256');
const keys = { keys: [{ ...(await exportJWK(github.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };

let bench: RoleBench;
let service: TestFrontend;
let fetched: string[];
let fetching: (url: URL) => Promise<{ status: number; text: string }>;
beforeEach(async () => {
  fetched = [];
  bench = await startRoleBench({
    fetchFor: async (_account, url) => {
      fetched.push(url.href);
      return await fetching(url);
    },
  });
  ({ service } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

const role: RoleBench['role'] = (...args) => bench.role(...args);
const configOf: RoleBench['configOf'] = (...args) => bench.configOf(...args);
const arnOf: RoleBench['arnOf'] = (...args) => bench.arnOf(...args);

async function token(claims: Readonly<Record<string, unknown>> = {}, expires = '5m'): Promise<string> {
  const usual = { iss: issuer, aud: 'sts.amazonaws.com', sub: 'repo:org/shop:ref:refs/heads/main' };
  return await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(github.privateKey);
}

describe('a role for tokens of OpenID Connect', () => {
  const trust = (more: object = {}): object => ({
    oidc: [{ issuer, audiences: ['sts.amazonaws.com'], subjects: ['repo:org/shop:*'], keys, ...more }],
  });

  test('is taken by what stock clients do in CI: a token in a file, or given', async () => {
    const arn = await role('ci', ['lambda:ListFunctions'], { trust: trust() });
    const webIdentityTokenFile = join(service.home, 'token');
    await writeFile(webIdentityTokenFile, await token());
    const clientConfig = { endpoint: service.url, region: service.region };
    for (const credentials of [
      fromTokenFile({ webIdentityTokenFile, roleArn: arn, roleSessionName: 'run-1', clientConfig }),
      fromWebToken({ webIdentityToken: await token(), roleArn: arn, roleSessionName: 'run-1', clientConfig }),
    ]) {
      const lambda = new LambdaClient({ ...configOf(), credentials });
      await lambda.send(new ListFunctionsCommand({}));
      await assert.rejects(
        lambda.send(new InvokeCommand({ FunctionName: 'x' })),
        failed('AccessDeniedException', /assumed-role\/ci\/run-1/),
      );
    }
  });

  test('is taken by boto3 and the AWS CLI', { skip: tools.skip }, async () => {
    const arn = await role('ci', ['lambda:ListFunctions'], { trust: { ...trust(), accounts: ['self'] } });
    await writeFile(join(service.home, 'token'), await token());
    const { python, aws } = programsOf(tools, service);
    const script = `import boto3, json, sys, os
url, arn, token = sys.argv[1:]
sts = boto3.client('sts', endpoint_url=url)
def use(c):
    return dict(aws_access_key_id=c['AccessKeyId'], aws_secret_access_key=c['SecretAccessKey'], aws_session_token=c['SessionToken'])
a = sts.assume_role(RoleArn=arn, RoleSessionName='py')
b = sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName='web', WebIdentityToken=open(token).read())
for c in (a, b):
    me = boto3.client('sts', endpoint_url=url, **use(c['Credentials'])).get_caller_identity()
    fns = boto3.client('lambda', endpoint_url=url, **use(c['Credentials'])).list_functions()
    print(me['Arn'].split('/')[-1], len(fns['Functions']))
print(b['SubjectFromWebIdentityToken'], b['Provider'])
try: boto3.client('lambda', endpoint_url=url, **use(a['Credentials'])).invoke(FunctionName='x')
except sts.exceptions.ClientError as error: print(error.response['Error']['Code'])`;
    const said = await python(script, service.url, arn, join(service.home, 'token'));
    assert.deepEqual(said.trim().split('\n'), [
      'py 0',
      'web 0',
      `repo:org/shop:ref:refs/heads/main ${issuer}`,
      'AccessDeniedException',
    ]);
    const answer = JSON.parse(await aws('sts', 'assume-role', '--role-arn', arn, '--role-session-name', 'cli'));
    assert.match(Object(answer).AssumedRoleUser.Arn, /assumed-role\/ci\/cli$/);
  });

  test('refuses tokens of others, for others, of before, and changed ones', async () => {
    const arn = await role('ci', ['*'], { trust: trust({ claims: { environment: 'production' } }) });
    const take = async (WebIdentityToken: string, RoleArn = arn): Promise<unknown> =>
      await new STSClient(configOf()).send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'ci', WebIdentityToken }),
      );
    const environment = 'production';
    await take(await token({ environment }));
    const denied = failed('AccessDenied', /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
    await assert.rejects(take(await token()), denied);
    await assert.rejects(take(await token({ environment, sub: 'repo:evil/shop:ref:refs/heads/main' })), denied);
    await assert.rejects(take(await token({ environment, aud: 'other' })), denied);
    await assert.rejects(take(await token({ environment }), arnOf('none')), denied);
    await assert.rejects(
      take(await token({ environment, iss: 'https://evil.example' })),
      failed('InvalidIdentityTokenException', /No OpenIDConnect provider/),
    );
    await assert.rejects(take(await token({ environment }, '-5m')), failed('ExpiredTokenException'));
    const [head = '', body = '', signature = ''] = (await token({ environment })).split('.');
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), extra: 1 }),
    ).toString('base64url');
    await assert.rejects(take(`${head}.${forged}.${signature}`), failed('InvalidIdentityTokenException', /signature/));
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await assert.rejects(take(`${none}.${body}.`), failed('InvalidIdentityTokenException'));
    await assert.rejects(take('no token at all'), failed('InvalidIdentityTokenException', /not a valid JWT/));
  });

  test('has keys fetched from their issuer, once for many, and says when they cannot be had', async () => {
    const server = createServer((request, response) => {
      const said = request.url === '/jwks' ? keys : { issuer: at, jwks_uri: `${at}/jwks` };
      response.end(JSON.stringify(said));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const at = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    fetching = async (url) => {
      const answer = await fetch(url);
      return { status: answer.status, text: await answer.text() };
    };
    const arn = await role('fetched', ['*'], { trust: { oidc: [{ issuer: at, audiences: ['a'], subjects: ['*'] }] } });
    const take = async (RoleArn: string, iss: string): Promise<unknown> =>
      await new STSClient(configOf()).send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn,
          RoleSessionName: 'ci',
          WebIdentityToken: await token({ iss, aud: 'a' }),
        }),
      );
    await Promise.all([take(arn, at), take(arn, at), take(arn, at)]);
    await take(arn, at);
    assert.deepEqual(fetched, [`${at}/.well-known/openid-configuration`, `${at}/jwks`]);
    server.close();
    server.closeAllConnections();
    const gone = 'https://gone.example';
    const other = await role('gone', ['*'], { trust: { oidc: [{ issuer: gone, audiences: ['a'], subjects: ['*'] }] } });
    fetching = async () => await Promise.reject(new Error('ECONNREFUSED'));
    for (const _ of [1, 2]) await assert.rejects(take(other, gone), failed('IDPCommunicationErrorException'));
    assert.equal(fetched.length, 3, 'What could not be had is not asked for again at once.');
  });
});
