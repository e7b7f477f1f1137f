import { isDeepStrictEqual } from 'node:util';
import { segment, type Json, type Provider } from './provider.ts';
import type { Resource } from './resource.ts';

/** What of `aws_lambda_function` is written in the tests. `type`, as it must be a plain object. */
// oxlint-disable-next-line consistent-type-definitions -- an interface has no index signature
export type FunctionConfig = {
  readonly zip: string;
  readonly source_code_hash: string;
  readonly description: string;
  readonly handler: string;
  readonly runtime: string;
  readonly memory_size: number;
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly layers: readonly string[];
  readonly publish: boolean;
  readonly reserved_concurrent_executions: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly tracing_config: string;
  readonly logging_config: Json;
  readonly ephemeral_storage: number;
};

const functions = '/2015-03-31/functions';
const role = 'arn:aws:iam::123456789012:role/lambda';

/** `aws_lambda_function`: the calls of internal/service/lambda/function.go, in our words. */
export class FunctionResource implements Resource<FunctionConfig> {
  readonly #provider: Provider;
  readonly #name: string;
  #arn = '';
  /** What the provider keeps itself, and does not read back. */
  #kept: Pick<FunctionConfig, 'zip' | 'publish'> = { zip: '', publish: false };
  version = '';

  constructor(provider: Provider, name: string) {
    this.#provider = provider;
    this.#name = name;
  }

  async create(config: FunctionConfig): Promise<void> {
    const { environment, layers, publish, tags } = config;
    await this.#provider.expect(201, 'POST', functions, {
      Code: { ZipFile: config.zip },
      Description: config.description,
      ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
      EphemeralStorage: { Size: config.ephemeral_storage },
      FunctionName: this.#name,
      Handler: config.handler,
      ...(layers.length > 0 && { Layers: layers }),
      LoggingConfig: config.logging_config,
      MemorySize: config.memory_size,
      PackageType: 'Zip',
      ...(publish && { Publish: true }),
      Role: role,
      Runtime: config.runtime,
      Tags: tags,
      Timeout: config.timeout,
      TracingConfig: { Mode: config.tracing_config },
    });
    await this.#until('State', 'Active');
    if (config.reserved_concurrent_executions >= 0) await this.#reserve(config.reserved_concurrent_executions);
    this.#kept = config;
  }

  async read(): Promise<FunctionConfig | undefined> {
    const found = await this.#find();
    if (found === undefined) return undefined;
    const function_: Json = Object(found['Configuration']);
    this.#arn = String(function_['FunctionArn']);
    this.version = await this.#latestVersion();
    await this.#provider.expect(200, 'GET', `/2020-06-30/functions/${this.#name}/code-signing-config`);
    const member = (name: string): Json => Object(function_[name]);
    const layers: readonly Json[] = Object(function_['Layers'] ?? []);
    const concurrency = found['Concurrency'];
    return {
      zip: this.#kept.zip,
      publish: this.#kept.publish,
      source_code_hash: String(function_['CodeSha256']),
      description: String(function_['Description']),
      handler: String(function_['Handler']),
      runtime: String(function_['Runtime']),
      memory_size: Number(function_['MemorySize']),
      timeout: Number(function_['Timeout']),
      environment: Object(member('Environment')['Variables'] ?? {}),
      layers: layers.map((layer) => String(layer['Arn'])),
      reserved_concurrent_executions:
        concurrency === undefined ? -1 : Number(Object(concurrency).ReservedConcurrentExecutions),
      tags: Object(found['Tags'] ?? {}),
      tracing_config: String(member('TracingConfig')['Mode']),
      logging_config: logging(member('LoggingConfig'), this.#name),
      ephemeral_storage: Number(member('EphemeralStorage')['Size']),
    };
  }

  async update(before: FunctionConfig, after: FunctionConfig): Promise<void> {
    await this.#retag(before.tags, after.tags);
    const change = configurationChange(before, after);
    if (Object.keys(change).length > 0) {
      await this.#provider.expect(200, 'PUT', `${functions}/${this.#name}/configuration`, change);
      await this.#until('LastUpdateStatus', 'Successful');
    }
    const newCode = before.source_code_hash !== after.source_code_hash;
    if (newCode) {
      await this.#provider.expect(200, 'PUT', `${functions}/${this.#name}/code`, { ZipFile: after.zip });
      await this.#until('LastUpdateStatus', 'Successful');
    }
    if (before.reserved_concurrent_executions !== after.reserved_concurrent_executions)
      await this.#reserve(after.reserved_concurrent_executions);
    if (after.publish && (newCode || Object.keys(change).length > 0 || !before.publish)) await this.#publish();
    this.#kept = after;
  }

  async delete(): Promise<void> {
    await this.#provider.expect(204, 'DELETE', `${functions}/${this.#name}`);
    await this.#provider.until(async () => (await this.#find()) === undefined, 'The end of the function');
  }

  async #find(): Promise<Json | undefined> {
    return await this.#provider.find(`${functions}/${this.#name}`);
  }

  async #until(member: string, wanted: string): Promise<void> {
    await this.#provider.until(
      async () => Object((await this.#find())?.['Configuration'])[member] === wanted,
      `${member} ${wanted}`,
    );
  }

  /** The last of all versions: the list has the oldest first. */
  async #latestVersion(): Promise<string> {
    let last = '';
    for (let marker: string | undefined = ''; marker !== undefined;) {
      const query: string = `MaxItems=10000${marker === '' ? '' : `&Marker=${segment(marker)}`}`;
      const page: Json = await this.#provider.expect(200, 'GET', `${functions}/${this.#name}/versions?${query}`);
      const versions: readonly Json[] = Object(page['Versions']);
      last = String(versions.at(-1)?.['Version']);
      const next = page['NextMarker'];
      marker = typeof next === 'string' ? next : undefined;
    }
    return last;
  }

  async #publish(): Promise<void> {
    const made = await this.#provider.expect(201, 'POST', `${functions}/${this.#name}/versions`, {});
    const path = `${functions}/${segment(String(made['FunctionArn']))}/configuration?Qualifier=${String(made['Version'])}`;
    await this.#provider.until(
      async () => (await this.#provider.expect(200, 'GET', path))['LastUpdateStatus'] === 'Successful',
      'The published version',
    );
  }

  async #reserve(reserved: number): Promise<void> {
    const path = `/2017-10-31/functions/${this.#name}/concurrency`;
    if (reserved >= 0) await this.#provider.expect(200, 'PUT', path, { ReservedConcurrentExecutions: reserved });
    else await this.#provider.expect(204, 'DELETE', path);
  }

  async #retag(before: FunctionConfig['tags'], after: FunctionConfig['tags']): Promise<void> {
    const path = `/2017-03-31/tags/${segment(this.#arn)}`;
    const removed = Object.keys(before).filter((key) => after[key] !== before[key]);
    const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
    const keys = removed.map((key) => `tagKeys=${segment(key)}`).join('&');
    if (removed.length > 0) await this.#provider.expect(204, 'DELETE', `${path}?${keys}`);
    if (changed.length > 0) await this.#provider.expect(204, 'POST', path, { Tags: Object.fromEntries(changed) });
  }
}

/** The group is filled in where it was not said, which the provider takes for no difference. */
function logging(read: Json, name: string): Json {
  const { LogGroup, ...said } = read;
  return LogGroup === `/aws/lambda/${name}` ? said : read;
}

/** What the provider sends of what has changed. */
function configurationChange(before: FunctionConfig, after: FunctionConfig): Json {
  const members: readonly (readonly [keyof FunctionConfig, string, unknown])[] = [
    ['description', 'Description', after.description],
    ['environment', 'Environment', { Variables: after.environment }],
    ['ephemeral_storage', 'EphemeralStorage', { Size: after.ephemeral_storage }],
    ['handler', 'Handler', after.handler],
    ['layers', 'Layers', after.layers],
    ['logging_config', 'LoggingConfig', after.logging_config],
    ['memory_size', 'MemorySize', after.memory_size],
    ['runtime', 'Runtime', after.runtime],
    ['timeout', 'Timeout', after.timeout],
    ['tracing_config', 'TracingConfig', { Mode: after.tracing_config }],
  ];
  const changed = members.filter(([key]) => !isDeepStrictEqual(before[key], after[key]));
  return Object.fromEntries(changed.map(([, name, value]) => [name, value]));
}
