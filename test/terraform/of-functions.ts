import assert from 'node:assert/strict';
import { segment, type Json, type Provider } from './provider.ts';
import type { Resource } from './resource.ts';

const functions = '/2015-03-31/functions';

/** `aws_lambda_alias`. */
export function alias(provider: Provider, functionName: string, name: string): Resource<Json> {
  const path = `${functions}/${functionName}/aliases`;
  const body = ({ routing_config: weights, ...config }: Json): object => ({
    Description: config['description'],
    FunctionVersion: config['function_version'],
    RoutingConfig: weights === undefined ? {} : { AdditionalVersionWeights: weights },
  });
  return {
    async create(config) {
      const made = await provider.expect(201, 'POST', path, { ...body(config), Name: name });
      assert.match(String(made['AliasArn']), new RegExp(`:function:${functionName}:${name}$`));
    },
    async read() {
      const found = await provider.find(`${path}/${name}`);
      if (found === undefined) return undefined;
      const weights: unknown = Object(found['RoutingConfig'] ?? {}).AdditionalVersionWeights;
      const described = { description: found['Description'], function_version: found['FunctionVersion'] };
      return { ...described, ...(weights !== undefined && { routing_config: weights }) };
    },
    update: async (_before, after) => void (await provider.expect(200, 'PUT', `${path}/${name}`, body(after))),
    delete: async () => void (await provider.expect(204, 'DELETE', `${path}/${name}`)),
  };
}

/** `aws_lambda_permission`, which is replaced and never changed: found in the policy, which is JSON in JSON. */
export function permission(provider: Provider, functionName: string, id: string, qualifier?: string): Resource<Json> {
  const query = qualifier === undefined ? '' : `?Qualifier=${segment(qualifier)}`;
  const path = `${functions}/${functionName}/policy`;
  const add = async (config: Json): Promise<void> => {
    await provider.expect(201, 'POST', `${path}${query}`, {
      Action: config['action'],
      Principal: config['principal'],
      SourceAccount: config['source_account'],
      SourceArn: config['source_arn'],
      StatementId: id,
    });
  };
  const remove = async (): Promise<void> => void (await provider.expect(204, 'DELETE', `${path}/${id}${query}`));
  return {
    create: add,
    async read() {
      const found = await provider.find(`${path}${query}`);
      const policy: { readonly Statement: readonly Json[] } = JSON.parse(
        found === undefined ? '{"Statement":[]}' : String(found['Policy']),
      );
      const statement = policy.Statement.find(({ Sid }) => Sid === id);
      if (statement === undefined) return undefined;
      const resource = String(statement['Resource']);
      assert(resource.endsWith(`:function:${functionName}${qualifier === undefined ? '' : `:${qualifier}`}`), resource);
      const condition: Json = Object(statement['Condition'] ?? {});
      return {
        action: statement['Action'],
        principal: Object(statement['Principal']).Service,
        source_account: Object(condition['StringEquals'] ?? {})['AWS:SourceAccount'],
        source_arn: Object(condition['ArnLike'] ?? {})['AWS:SourceArn'],
      };
    },
    async update(_before, after) {
      await remove();
      await add(after);
    },
    delete: remove,
  };
}

/** `aws_lambda_function_url`: without authorization, it sees to the permission as well, and leaves that behind. */
export function functionUrl(provider: Provider, functionName: string): Resource<Json> {
  const path = `/2021-10-31/functions/${functionName}/url`;
  const body = (config: Json): object => ({
    AuthType: config['authorization_type'],
    ...(config['cors'] !== undefined && { Cors: config['cors'] }),
    InvokeMode: config['invoke_mode'],
  });
  return {
    async create(config) {
      await provider.expect(201, 'POST', path, body(config));
      if (config['authorization_type'] !== 'NONE') return;
      await provider.expect(201, 'POST', `${functions}/${functionName}/policy`, {
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'NONE',
        Principal: '*',
        StatementId: 'FunctionURLAllowPublicAccess',
      });
    },
    async read() {
      const found = await provider.find(path);
      if (found === undefined) return undefined;
      assert.notEqual(new URL(String(found['FunctionUrl'])).host.split('.')[0], '', 'there is no id in its host');
      assert.match(String(found['FunctionArn']), new RegExp(`:function:${functionName}$`));
      const cors = found['Cors'];
      const shown = { authorization_type: found['AuthType'], invoke_mode: found['InvokeMode'] };
      return { ...shown, ...(cors !== undefined && { cors }) };
    },
    update: async (_before, after) => void (await provider.expect(200, 'PUT', path, body(after))),
    delete: async () => void (await provider.expect(204, 'DELETE', path)),
  };
}

/** `aws_lambda_function_event_invoke_config`. */
export function eventInvokeConfig(provider: Provider, functionName: string, qualifier?: string): Resource<Json> {
  const query = qualifier === undefined ? '' : `?Qualifier=${segment(qualifier)}`;
  const path = `/2019-09-25/functions/${functionName}/event-invoke-config${query}`;
  const put = async ({ destination, ...config }: Json): Promise<void> => {
    await provider.expect(200, 'PUT', path, {
      ...(destination !== undefined && { DestinationConfig: { OnFailure: { Destination: destination } } }),
      MaximumEventAgeInSeconds: config['maximum_event_age_in_seconds'],
      MaximumRetryAttempts: config['maximum_retry_attempts'],
    });
  };
  return {
    create: put,
    async read() {
      const found = await provider.find(path);
      if (found === undefined) return undefined;
      const failure: Json = Object(Object(found['DestinationConfig'] ?? {}).OnFailure ?? {});
      return {
        maximum_event_age_in_seconds: found['MaximumEventAgeInSeconds'],
        maximum_retry_attempts: found['MaximumRetryAttempts'],
        ...(failure['Destination'] !== undefined && { destination: failure['Destination'] }),
      };
    },
    update: (_before, after) => put(after),
    delete: async () => void (await provider.expect(204, 'DELETE', path)),
  };
}

/** `aws_lambda_provisioned_concurrency_config`: each change is waited for until it is `READY`. */
export function provisionedConcurrency(provider: Provider, functionName: string, qualifier: string): Resource<Json> {
  const path = `/2019-09-30/functions/${functionName}/provisioned-concurrency?Qualifier=${segment(qualifier)}`;
  const find = (): Promise<Json | undefined> => provider.find(path, 'ProvisionedConcurrencyConfigNotFoundException');
  const put = async (config: Json): Promise<void> => {
    const wanted = config['provisioned_concurrent_executions'];
    await provider.expect(202, 'PUT', path, { ProvisionedConcurrentExecutions: wanted });
    await provider.until(async () => (await find())?.['Status'] === 'READY', 'READY');
  };
  return {
    create: put,
    async read() {
      const found = await find();
      return found && { provisioned_concurrent_executions: found['AllocatedProvisionedConcurrentExecutions'] };
    },
    update: (_before, after) => put(after),
    delete: async () => void (await provider.expect(204, 'DELETE', path)),
  };
}

/** `aws_lambda_event_source_mapping`, known by an id that its creation gives. */
export function eventSourceMapping(provider: Provider, functionName: string): Resource<Json> {
  const path = `${functions.replace('functions', 'event-source-mappings')}/`;
  let id = '';
  const find = (): Promise<Json | undefined> => provider.find(`${path}${id}`);
  const settled = (config: Json): Promise<void> =>
    provider.until(
      async () => (await find())?.['State'] === (config['enabled'] === true ? 'Enabled' : 'Disabled'),
      'The state of the mapping',
    );
  const body = (config: Json): object => ({
    BatchSize: config['batch_size'],
    Enabled: config['enabled'],
    FunctionName: functionName,
  });
  return {
    async create(config) {
      const made = await provider.expect(202, 'POST', path, {
        ...body(config),
        EventSourceArn: config['event_source_arn'],
      });
      id = String(made['UUID']);
      await settled(config);
    },
    async read() {
      const found = id === '' ? undefined : await find();
      if (found === undefined) return undefined;
      const enabled = found['State'] === 'Enabled';
      return { batch_size: found['BatchSize'], enabled, event_source_arn: found['EventSourceArn'] };
    },
    async update(_before, after) {
      await provider.expect(202, 'PUT', `${path}${id}`, body(after));
      await settled(after);
    },
    async delete() {
      await provider.expect(202, 'DELETE', `${path}${id}`);
      await provider.until(async () => (await find()) === undefined, 'The end of the mapping');
    },
  };
}

/** `aws_lambda_layer_version`, which is replaced and never changed: each creation is another version. */
export function layerVersion(provider: Provider, name: string): Resource<Json> & { arn(): string } {
  const path = `/2018-10-31/layers/${name}/versions`;
  let [version, arn, zip]: readonly unknown[] = [];
  const publish = async (config: Json): Promise<void> => {
    const made = await provider.expect(201, 'POST', path, {
      CompatibleArchitectures: config['compatible_architectures'],
      CompatibleRuntimes: config['compatible_runtimes'],
      Content: { ZipFile: config['zip'] },
      Description: config['description'],
      LicenseInfo: config['license_info'],
    });
    [version, arn, zip] = [made['Version'], made['LayerVersionArn'], config['zip']];
    assert.match(String(arn), new RegExp(`:layer:${name}:${String(version)}$`));
  };
  const remove = async (): Promise<void> => void (await provider.expect(204, 'DELETE', `${path}/${String(version)}`));
  return {
    arn: () => String(arn),
    create: publish,
    async read() {
      const found = await provider.find(`${path}/${String(version)}`);
      return (
        found && {
          compatible_architectures: found['CompatibleArchitectures'],
          compatible_runtimes: found['CompatibleRuntimes'],
          description: found['Description'],
          license_info: found['LicenseInfo'],
          source_code_hash: Object(found['Content']).CodeSha256,
          zip,
        }
      );
    },
    async update(_before, after) {
      const old = String(version);
      await remove();
      assert.equal(await provider.find(`${path}/${old}`), undefined);
      await publish(after);
    },
    delete: remove,
  };
}
