import { Command } from 'commander';
import { endedRuntimes, runtimes } from '../../../model/runtimes/configuration.ts';
import { limits } from '../../../model/limits.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcherOf, printJson, wantsJson, withClient } from '../../context.ts';
import { type Deployed, deployPath, type DeploymentWish } from '../../deploying/deployment.ts';
import { egressFlag } from '../../deploying/egress-flag.ts';
import { secretsFlag } from '../../deploying/secrets-flag.ts';
import { durableFlag } from '../../deploying/durable-flag.ts';
import { urlAccesses, urlModes, urlWish } from '../../deploying/function-url.ts';
import { paint } from '../../output/style.ts';
import { parseEnvironment } from '../../deploying/parse-environment.ts';
import { effectLines } from '../../effects/effects-of-deployment.ts';
import { requirementNames, requirementsIn } from '../../effects/requirements.ts';
import { flagsOf } from '../../deploying/deploy-flags.ts';
import { portionSettings } from '../../packaging/portions/portion-settings.ts';
import { readProjectFile } from '../../deploying/project-file.ts';
import { eventWish, withEventOptions } from '../../deploying/event-wish.ts';
import { checkRuntime, endedLine } from './runtime-names.ts';
import { wholeFlag } from '../../whole-flag.ts';

const { functionMemoryMbMin: memoryMbMin, functionMemoryMbMax: memoryMbMax } = limits;
const timeoutSecondsMin = limits.functionTimeoutMsMin / 1_000;
const timeoutSecondsMax = limits.functionTimeoutMsMax / 1_000;

/** What the first call will find. */
export function readinessLine(readiness: Shape): string {
  if (readiness.flag('ready')) return `Ready: its first call starts at once (${readiness.text('path')}).`;
  return `${paint('yellow', 'Not ready', process.stderr)}: its first call will wait; ${readiness.text('why')}.`;
}

/**
 * What the flags of `deploy` and `dev` ask for, and, where they are silent, the `heddle.json` of the folder at `path`. Throws
 * CliError (usage).
 */
export function wishOf(command: Command, path: string): DeploymentWish {
  const flags = flagsOf(readProjectFile(path), command.opts());
  if (flags.runtime !== undefined) checkRuntime(flags.runtime);
  const memory = wholeFlag('memory', flags.memory, memoryMbMin, memoryMbMax);
  const timeout = wholeFlag('timeout', flags.timeout, timeoutSecondsMin, timeoutSecondsMax);
  const egress = flags.egress === undefined ? undefined : egressFlag(flags.egress);
  const secrets = flags.secret === undefined ? undefined : secretsFlag(flags.secret);
  const url = urlWish(flags.url, flags.urlMode);
  const durable = flags.durable === undefined ? undefined : durableFlag(flags.durable);
  const environment = flags.env && parseEnvironment(flags.env, process.env);
  return {
    name: flags.name,
    bundle: flags.bundle,
    include: flags.include ?? [],
    ...(flags.portions && { portions: portionSettings(flags.portions) }),
    ...(flags.layer !== undefined && { layerNames: flags.layer.filter((each) => each !== 'none') }),
    ...(flags.runtime !== undefined && { runtime: flags.runtime }),
    ...(flags.handler !== undefined && { handler: flags.handler }),
    ...(memory !== undefined && { memory }),
    ...(timeout !== undefined && { timeout }),
    ...(environment !== undefined && { environment }),
    ...(durable !== undefined && { durable }),
    ...(egress !== undefined && { egress }),
    ...(secrets !== undefined && { secrets }),
    ...(flags.policy !== undefined && { policy: flags.policy === 'none' ? '' : flags.policy }),
    ...(flags.role !== undefined && { role: flags.role }),
    ...(url !== undefined && { url }),
    ...(flags.require !== undefined && { requirements: requirementsIn(flags.require) }),
    ...eventWish(flags),
  };
}

/** Says how a deployment went. */
export function sayDeployed({ name, created, code, url, effects }: Deployed): void {
  process.stderr.write(`${paint('green', '✓', process.stderr)} ${created ? 'Deployed' : 'Updated'} ${name}.\n`);
  process.stderr.write(`  ${code.summary}\n`);
  for (const warning of code.warnings)
    process.stderr.write(`  ${paint('yellow', 'Beware', process.stderr)}: ${warning}\n`);
  if (effects !== undefined) for (const line of effectLines(name, effects)) process.stderr.write(`  ${line}\n`);
  if (url !== undefined) process.stderr.write(`  ${paint('bold', url, process.stderr)}\n`);
}

async function deploy(path: string, command: Command): Promise<void> {
  const wish = wishOf(command, path);
  await withClient(command, async (client) => {
    const deployed = await deployPath(client, path, wish);
    const { name, code, configuration, url, effects } = deployed;
    const readiness = await client.readiness(name);
    if (wantsJson(command)) {
      const more = {
        Readiness: readiness,
        Packed: code.summary,
        Warnings: code.warnings,
        FunctionUrl: url,
        Effects: effects,
      };
      return printJson(Object.assign(more, configuration.toJSON()));
    }
    sayDeployed(deployed);
    const ended = endedLine(configuration.text('Runtime'));
    if (ended !== undefined) process.stderr.write(`  ${ended}\n`);
    process.stderr.write(`  ${readinessLine(readiness)}\n`);
    process.stderr.write(`  Run it: ${launcherOf(command)} invoke ${name} --payload '{}'\n`);
  });
}

const examples = `
Examples:
  $ heddle deploy hello.ts                          TypeScript or JavaScript, with what it imports
  $ heddle deploy .                                 a folder: "main" of its package.json, or index.ts; the function is called as the folder is
  $ heddle deploy ./service --name api --memory 512
  $ heddle deploy ./service --handler src/app.main  what "main" of src/app.ts exports
  $ heddle deploy ./program                         a folder with "bootstrap" in it, which is run: any language
  $ heddle deploy ./report --runtime python3.13     a folder of Python, with what its requirements.txt or pyproject.toml names
  $ heddle deploy built.zip --handler app.handler   a zip file made for AWS Lambda, as it is
  $ heddle deploy hello.ts --env STAGE=dev --env API_KEY
  $ heddle deploy hello.ts --egress "public db.lan:5432"   and what it may connect to beside the public internet
  $ heddle deploy pay.ts --secret STRIPE=api.stripe.com    with a secret that only requests to that host have; see "heddle secret"
  $ heddle deploy plugin.ts --policy small,offline  within what these policies allow: see "heddle policy"
  $ heddle deploy pay.ts --event-retries 5 --event-delays "10s 1m 10m" --dead-letter dead   how asynchronous invocations are tried again
  $ heddle deploy order.ts --durable 1h             with AWS's durable execution SDK: see "heddle executions"
  $ heddle deploy pay.ts --require retry-safe       only if it can be run again without harm; see "heddle effects"
  $ heddle deploy ./site --url none                 and has a URL, which is printed, and by "heddle url site" again

A folder's heddle.json says what no option does, by the same names: {"memory": 512, "env": {"STAGE": "dev", "API_KEY": null},
"egress": "db.lan:5432"}; null takes your own value. Modules under "portions" run apart: {"plugins/*.ts": {"trust": "untrusted"}}.

The function is what the file exports as "handler": export const handler = async (event) => …; of Python, what
lambda_function.py, app.py or main.py defines as lambda_handler or handler: def handler(event, context): …
Where it can be shown that nothing is lost, code becomes one bundle; otherwise the files that it needs are sent as they are. A
function that is there already keeps what is not said anew.`;

/** The options of `deploy` and of `dev`. */
export function withDeployOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  return withEventOptions(command)
    .option('--name <name>', "name of the function (default: the file's or folder's)")
    .option('--handler <file.export>', 'what to call (default: what it was, or "handler" of the file)')
    .option(
      '--runtime <name>',
      `${runtimes.join(' or ')}, or ${endedRuntimes.join(' or ')}, which AWS has ended (default: what it was, ${runtimes[0]}, or the version of your python3)`,
    )
    .option('--memory <MB>', `memory of a container, ${memoryMbMin} to ${memoryMbMax}`)
    .option('--timeout <seconds>', `longest that one invocation may run, ${timeoutSecondsMin} to ${timeoutSecondsMax}`)
    .option(
      '--env <KEY=VALUE>',
      'environment variable; may be repeated; KEY alone passes yours on; those given take the place of all there were',
      collect,
    )
    .option(
      '--layer <name[:version]>',
      'layer for /opt, by name or ARN, over those before it; may be repeated; none: without',
      collect,
    )
    .option('--egress <policy>', 'what it may connect to: none, public, all, or names and addresses, with ports')
    .option('--policy <names>', 'policies that bound it, with commas between; none: without (see heddle policy)')
    .option('--role <name>', 'role that its code has, whose policies bound it, too (see heddle role)')
    .option(
      '--secret <NAME=HOST>',
      'a secret that is put into requests to that host, and never seen by its code; may be repeated; none: without',
      collect,
    )
    .option(
      '--url <who>',
      `URL of the function, for ${urlAccesses.join(', ')}: everybody who can reach the service, who signs, nobody`,
    )
    .option('--url-mode <mode>', `${urlModes.join(' or ')}: its answer as a whole, or as it comes`)
    .option(
      '--durable <time>',
      'how long its durable executions may take, such as 15m or 720h; a function that is there and is not durable cannot become so',
    )
    .option(
      '--require <what>',
      `deploy only what is so, through all that it calls: ${requirementNames.join(', ')}; several with commas`,
    )
    .option('--bundle', 'as one bundle, whether or not something is lost')
    .option('--no-bundle', 'as files, whether or not one bundle would do')
    .option(
      '--include <pattern>',
      'files that come along although no code is seen to read them; may be repeated',
      collect,
    );
}

/** `heddle deploy` */
export function deployCommand(): Command {
  return withDeployOptions(new Command('deploy'))
    .description('create a function, or update the one there is')
    .argument('<path>', 'TypeScript, JavaScript or Python file, folder, or zip file')
    .addHelpText('after', examples)
    .action(async (path: string, _options: unknown, command: Command) => await deploy(path, command));
}
