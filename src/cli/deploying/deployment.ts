import type { HeddleClient } from '../../sdk/client.ts';
import type { FunctionOptions } from '../../sdk/function-options.ts';
import { isProvided } from '../../model/runtimes/configuration.ts';
import type { Shape } from '../../sdk/shape.ts';
import { deployFunction } from './deploy-function.ts';
import { type DeployedEffects, EffectsOfDeployment } from '../effects/effects-of-deployment.ts';
import type { Requirement } from '../effects/requirements.ts';
import { setUrl, type UrlWish } from './function-url.ts';
import { layerArns } from './layer-arns.ts';
import { CliError, exitCodes } from '../exit.ts';
import { Progress } from '../output/progress.ts';
import { findSource } from '../packaging/entry.ts';
import { checkKind, usualRuntime } from '../packaging/kind.ts';
import type { PortionSetting } from '../packaging/portions/portion-settings.ts';
import { pythonRuntime } from '../packaging/python/is-python.ts';
import { packagePython } from '../packaging/python/package-python.ts';
import { packageBootstrap } from '../packaging/package-bootstrap.ts';
import { type CodePackage, packageCode } from '../packaging/package-code.ts';

/** What a person asked for; what is left out stays as the function has it. */
export interface DeploymentWish extends FunctionOptions {
  readonly name?: string | undefined;
  readonly bundle?: boolean | undefined;
  readonly include: readonly string[];
  readonly portions?: readonly PortionSetting[];
  /** Layers by name, `name:version` or ARN. */
  readonly layerNames?: readonly string[];
  readonly url?: UrlWish;
  /** What the function must be, or nothing is deployed. */
  readonly requirements?: readonly Requirement[];
}

/** How a deployment went. */
export interface Deployed {
  readonly name: string;
  readonly created: boolean;
  readonly code: CodePackage;
  readonly configuration: Shape;
  /** Where one was asked for. */
  readonly url?: string;
  /** What its code does; undefined where the service does not say. */
  readonly effects?: DeployedEffects;
}

/** Packs what `path` names and deploys it, for the runtime and with the handler of the function that there is. Throws CliError. */
export async function deployPath(client: HeddleClient, path: string, wish: DeploymentWish): Promise<Deployed> {
  const { name, bundle, include, portions, layerNames, url: wished, requirements = [], ...options } = wish;
  const source = findSource(path, name);
  const current = await client.findFunction(source.name);
  const runtime = wish.runtime ?? (current?.text('Runtime') || (await usualRuntime(source, wish.handler)));
  if (source.kind === 'code' && current !== undefined && wish.runtime === undefined)
    await checkKind(source, source.name, runtime, wish.handler ?? current.text('Handler'));
  const python = pythonRuntime(runtime);
  if (portions !== undefined && (source.kind === 'zip' || python !== undefined || isProvided(runtime)))
    throw new CliError(
      '"portions" are modules of a folder of TypeScript or JavaScript; this is none.',
      exitCodes.usage,
    );
  // What pip does has lines of its own.
  using progress = new Progress({ fleeting: true });
  if (python === undefined || source.kind === 'zip') progress.step(`Packing ${source.name}`);
  using effects = new EffectsOfDeployment(client, source.name, { exists: current !== undefined, runtime });
  const known = wish.handler ?? (current?.text('Handler') || undefined);
  const code =
    source.kind === 'code' && python !== undefined
      ? await packagePython(source, { runtime: python, handler: known, include })
      : source.kind === 'code' && isProvided(runtime)
        ? await packageBootstrap(source, known)
        : await packageCode(source, {
            runtime,
            handler: known ?? 'index.handler',
            handlerAsked: wish.handler !== undefined,
            bundle,
            include,
            portions,
          });
  const layers = layerNames && (await layerArns(client, layerNames));
  const deadLetter = await queueArn(client, wish.deadLetter);
  const role = await roleArn(client, wish.role);
  const settings = {
    ...options,
    handler: code.handler,
    runtime,
    ...(layers && { layers }),
    ...(deadLetter !== undefined && { deadLetter }),
    ...(role !== undefined && { role }),
  };
  await effects.demand(code, runtime, requirements);
  const deploying = deployFunction(client, source.name, code.zip, settings, progress);
  const [deployed, done] = await Promise.all([deploying, effects.look(code)]);
  const keeping = effects.keep(deployed.configuration);
  const url = wished && (await setUrl(client, source.name, wished));
  await keeping;
  return { name: source.name, code, ...deployed, ...(url !== undefined && { url }), ...(done && { effects: done }) };
}

/** A queue of the service itself where only its name is said. */
async function queueArn(client: HeddleClient, queue: string | undefined): Promise<string | undefined> {
  if (queue === undefined || queue === '' || queue.startsWith('arn:')) return queue;
  const status = await client.admin('GET', '/status');
  return `arn:aws:sqs:${status.text('region')}:${status.text('account')}:${queue}`;
}

/** A role of the account itself where only its name is said. */
async function roleArn(client: HeddleClient, role: string | undefined): Promise<string | undefined> {
  if (role === undefined || role.startsWith('arn:')) return role;
  return `arn:aws:iam::${(await client.admin('GET', '/status')).text('account')}:role/${role}`;
}
