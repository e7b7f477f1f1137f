import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { programsOf } from '../../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../../test/stock-tools/stock-tools.ts';
import type { AccessKey } from '../../../store/contract.ts';
import { presignedUrl, signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

const tools = await stockTools();

describe('AWS STS', () => {
  let service: TestFrontend;
  let identity: { readonly Arn: string; readonly UserId: string; readonly Account: string };
  before(async () => {
    service = await startTestFrontend();
    const { account } = service.key;
    identity = { Arn: `arn:aws:iam::${account}:root`, UserId: account, Account: account };
  });
  after(() => service[Symbol.asyncDispose]());

  function client(key: Partial<AccessKey> = {}, region = service.region): STSClient {
    return new STSClient({ endpoint: service.url, region, credentials: { ...service.key, ...key }, maxAttempts: 1 });
  }

  test('tells the SDK for JavaScript who asks, whether it believes in a region or in none', async () => {
    for (const region of [service.region, 'us-east-1']) {
      const { $metadata, ...answer } = await client({}, region).send(new GetCallerIdentityCommand({}));
      assert.deepEqual(answer, identity);
      assert.match($metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
    }
  });

  test('tells boto3 who asks', { skip: tools.skip }, async () => {
    const script = `import boto3, json, sys
client = boto3.client('sts', endpoint_url=sys.argv[1])
answer = client.get_caller_identity()
del answer['ResponseMetadata']
print(json.dumps(answer))
try: client.get_session_token()
except client.exceptions.ClientError as error: print(error.response['Error']['Code'])`;
    const stdout = await programsOf(tools, service).python(script, service.url);
    const [answer = '', code] = stdout.trim().split('\n');
    assert.deepEqual(JSON.parse(answer), identity);
    assert.equal(code, 'InvalidAction');
  });

  test('tells the AWS CLI who asks', { skip: tools.skip }, async () => {
    const { aws } = programsOf(tools, service);
    assert.deepEqual(JSON.parse(await aws('sts', 'get-caller-identity', '--endpoint-url', service.url)), identity);
    assert.deepEqual(JSON.parse(await aws('sts', 'get-caller-identity')), identity);
  });

  test('answers an address that carries its signature, as other programs check identities by it', async () => {
    const path = '/?Action=GetCallerIdentity&Version=2011-06-15';
    const answer = await fetch(await presignedUrl(service, 'GET', path, 60, { service: 'sts' }));
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), new RegExp(`<Account>${service.key.account}</Account>`));
  });

  test('refuses other operations, and keys that are none, in its own form', async () => {
    const refused = async (sending: Promise<unknown>, name: string, message: RegExp, status: number): Promise<void> =>
      await assert.rejects(sending, (error) => {
        assert(error instanceof STSServiceException, String(error));
        assert.equal(error.name, name);
        assert.match(error.message, message);
        assert.equal(error.$metadata.httpStatusCode, status);
        return true;
      });
    await refused(
      client().send(new GetSessionTokenCommand({})),
      'InvalidAction',
      /GetSessionToken of STS is not in Heddle: only AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity are/,
      400,
    );
    const ask = (): GetCallerIdentityCommand => new GetCallerIdentityCommand({});
    await refused(client({ accessKeyId: 'AKIANONE' }).send(ask()), 'InvalidClientTokenId', /security token/, 403);
    await refused(client({ secretAccessKey: 'x' }).send(ask()), 'SignatureDoesNotMatch', /does not match/, 403);
    await refused(client({}, 'eu-west-9').send(ask()), 'SignatureDoesNotMatch', /valid region/, 403);
  });

  test('is for signatures of its own only, and unsigned requests to no API are told so', async () => {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const headers = await signedHeaders(service, 'POST', '/', body);
    const answer = await fetch(service.url, { method: 'POST', headers, body });
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /scoped to correct service: 'sts'/);
    assert.match(await (await fetch(service.url, { method: 'POST' })).text(), /<Code>MissingAuthenticationToken</);
    assert.equal((await fetch(service.url)).status, 404);
  });
});
