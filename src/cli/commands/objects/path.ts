import { existsSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { bundle, defaultRuntime } from '../../../sdk/code/bundle.ts';
import type { HeddleClient } from '../../../sdk/client.ts';
import { zipOf } from '../../../sdk/platform/zip.ts';
import { pathModule } from '../../../sdk/objects/path-handler.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { done } from '../../accounts/print-key.ts';
import { launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { deployFunction } from '../../deploying/deploy-function.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';

const kinds = ['get', 'head', 'list', 'put'] as const;
/** What a function of plain code may take: it is as long as the transfer. */
const timeoutSeconds = 900;

/** `heddle objects path set` */
export async function setPath(name: string, command: Command): Promise<void> {
  const bucket = textFlag(command, 'bucket');
  const answer = await withClient(command, async (client) => {
    const path: Record<string, readonly string[]> = {};
    for (const kind of kinds) path[kind] = await functionsOf(client, textFlag(command, kind), kind);
    const place = encodeURIComponent(name);
    if (bucket === undefined) return await client.admin('PUT', `/objects/${place}/path`, { body: path });
    return await client.admin('PUT', `/access-points/${place}`, { body: { bucket, path } });
  });
  if (wantsJson(command)) return printJson(answer);
  const shown = wordsOf(answer.object('path'));
  done(shown === '' ? `Objects of ${name} go through nothing.` : `Objects of ${name}: ${shown}.`);
}

/** `heddle objects path show` */
export async function showPaths(command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('GET', '/objects'));
  if (wantsJson(command)) return printJson(answer);
  const buckets = answer
    .list('buckets')
    .map((each) => [paint('bold', each.text('name')), '', wordsOf(each.object('path')) || '-']);
  const points = answer
    .list('accessPoints')
    .map((each) => [paint('bold', each.text('name')), each.text('bucket'), wordsOf(each.object('path')) || '-']);
  const rows = [...buckets, ...points];
  if (rows.length === 0)
    return void process.stderr.write(`No buckets yet. Make one: ${launcher()} objects mb photos\n`);
  process.stdout.write(`${table([{ heading: 'NAME' }, { heading: 'OF BUCKET' }, { heading: 'PATH' }], rows)}\n`);
}

function wordsOf(path: Shape): string {
  return kinds
    .flatMap((kind) => {
      const steps = path.list(kind).map((step) => step.text('function'));
      return steps.length === 0 ? [] : [`${kind}: ${steps.join(' → ')}`];
    })
    .join('; ');
}

/** Names of functions as they are; files of plain code are deployed first, under their names. */
async function functionsOf(client: HeddleClient, flag: string | undefined, kind: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const word of (flag ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')) {
    const isFile = /\.[cm]?[jt]s$/.test(word);
    if (isFile && (kind === 'head' || kind === 'list'))
      throw new CliError(
        `Plain code makes bytes of bytes: for --${kind}, deploy a function that answers as S3 Object Lambda's do, and name it.`,
        exitCodes.usage,
      );
    names.push(isFile ? await deployPlain(client, word) : word);
  }
  return names;
}

async function deployPlain(client: HeddleClient, path: string): Promise<string> {
  const file = resolve(path);
  if (!existsSync(file)) throw new CliError(`There is no file ${path}.`, exitCodes.usage);
  const name = `path-${basename(file, extname(file)).replaceAll(/[^\w-]/g, '-')}`.slice(0, 64);
  const stdin = { contents: pathModule(file), resolveDir: dirname(file), loader: 'js' } as const;
  const { files } = await bundle(path, defaultRuntime, { stdin });
  const zip = await zipOf(
    files.map((output) => ({ path: basename(output.path), mode: 0o644, data: Buffer.from(output.contents) })),
  );
  await deployFunction(client, name, zip, {
    handler: 'index.handler',
    runtime: defaultRuntime,
    timeout: timeoutSeconds,
  });
  return name;
}
