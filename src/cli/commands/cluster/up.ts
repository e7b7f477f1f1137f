import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { LocalCluster } from '../../../cluster/local/local-cluster.ts';
import { bootstrap, featuresOf } from '../../bootstrap/bootstrap.ts';
import { followLines } from '../../cluster/follow-lines.ts';
import { claimFolder, localFolderOf } from '../../cluster/local-folder.ts';
import { hostFlagsOf } from '../../cluster/host-flags.ts';
import { describeCluster, hostLines, wayInto } from '../../cluster/describe.ts';
import { flagsOf, launcher, printJson, shortPath, textFlag, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { explain } from '../../explain.ts';
import { Progress } from '../../output/progress.ts';
import { readSettings } from '../../settings.ts';
import { StopSignal } from '../../stop-signal.ts';

const nodeCounts = ['1', '3', '5'] as const;

/** `heddle cluster up` */
export async function up(command: Command): Promise<void> {
  if (flagsOf(command)['detach'] === true) return await upDetached(command);
  const nodes = nodesOf(command);
  using stop = new StopSignal();
  using progress = new Progress();
  await using undo = new AsyncDisposableStack();
  const temporary = flagsOf(command)['temporary'] === true;
  const folder = temporary ? await mkdtemp(join(tmpdir(), 'heddle-cluster-')) : localFolderOf(command);
  if (temporary) undo.defer(() => rm(folder, { recursive: true, force: true }));
  const claimed = undo.use(await claimFolder(folder));
  const cluster = undo.use(await start(command, { nodes, folder }, progress, stop.signal));
  progress.done();
  await claimed.isUp(wayInto(cluster));
  if (wantsJson(command))
    printJson({ event: 'ready', folder, network: cluster.network.kind, hosts: hostLines(cluster) });
  else process.stdout.write(`${describeCluster(cluster)}\n`);
  for (const { process: each } of [...cluster.hosts, ...cluster.servers])
    void each.ended.then((how) => {
      if (!stop.isReceived)
        process.stderr.write(`${each.name} has ended (${how}). Its log: ${shortPath(each.logFile)}\n`);
    });
  await stop.received;
  process.stderr.write('Stopping: running invocations may end. Ctrl-C again stops at once.\n');
}

/** Throws CliError (usage) where it says another number than may be. */
function nodesOf(command: Command): number {
  const nodes = nodeCounts.find((count) => count === textFlag(command, 'nodes'));
  if (nodes === undefined)
    throw new CliError(`--nodes is 1, 3 or 5, not ${textFlag(command, 'nodes')}.`, exitCodes.usage, {
      hint: `Each has a NATS server: 3 go on without one of them, 5 without two, and one more helps nothing. More hosts join a cluster that runs: "${launcher()} cluster join" says how.`,
    });
  return Number(nodes);
}

/** Throws CliError (unfit) where it cannot start, with nothing left running. */
async function start(
  command: Command,
  { nodes, folder }: { readonly nodes: number; readonly folder: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<LocalCluster> {
  const settings = readSettings({ flags: { ...flagsOf(command), expose: true }, environment: process.env });
  const report = (line: string): void => progress.step(line);
  const detail = (line: string): void => progress.detail(line);
  await bootstrap({ features: featuresOf(settings.driver), agreed: flagsOf(command)['yes'] === true, progress });
  const { startLocalCluster } = await import('../../../cluster/local/local-cluster.ts');
  await using undo = new AsyncDisposableStack();
  try {
    const network = undo.use(await networkFor(textFlag(command, 'network') ?? 'loopback', nodes));
    const heddle = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
    const flags = hostFlagsOf(flagsOf(command), settings, nodes);
    const { port, cache } = settings;
    const cluster = undo.use(
      await startLocalCluster({
        ...restoreOf(command),
        ...{ folder, network, heddle, cache, flags, port, report, detail, signal },
      }),
    );
    const running = undo.move();
    return { ...cluster, [Symbol.asyncDispose]: async () => await running.disposeAsync() };
  } catch (cause) {
    if (signal.aborted) throw new CliError('Stopped before it had started.', exitCodes.interrupted, { cause });
    if (cause instanceof CliError) throw cause;
    const logs = flagsOf(command)['temporary'] === true ? {} : { hint: `Logs of what was started: ${folder}/host-*` };
    throw new CliError(explain(cause), exitCodes.unfit, { cause, ...logs });
  }
}

/** The backup that it begins with. */
function restoreOf(command: Command): { readonly restore?: string } {
  const file = textFlag(command, 'restore');
  return file === undefined ? {} : { restore: resolve(file) };
}

async function networkFor(kind: string, machines: number): Promise<LocalCluster['network']> {
  const { loopbackNetwork } = await import('../../../cluster/local/network.ts');
  if (kind === 'loopback') return loopbackNetwork(machines);
  if (kind !== 'namespaces') throw new CliError(`--network is loopback or namespaces, not ${kind}.`, exitCodes.usage);
  const { openNamespaces, whyNoNamespaces } = await import('../../../cluster/local/namespaces.ts');
  const why = await whyNoNamespaces();
  if (why !== undefined)
    throw new CliError(`Hosts cannot have networks of their own here: ${why}.`, exitCodes.unfit, {
      hint: 'Leave --network out: hosts share the loopback then, and are told apart by their ports.',
    });
  return await openNamespaces(machines);
}

/** The same command as a process of its own, which goes on when this one has said that it is up. What it says later is in `cluster.log` of its folder. */
async function upDetached(command: Command): Promise<void> {
  if (flagsOf(command)['temporary'] === true)
    throw new CliError('--temporary and --detach do not go together: nobody would know the folder.', exitCodes.usage);
  const folder = localFolderOf(command);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = join(folder, 'cluster.log');
  const log = openSync(logFile, 'w', 0o600);
  const args = process.argv.slice(2).filter((arg) => arg !== '--detach');
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  // What it says when it is up, and what it is asked for, it says in one piece.
  const { stdout } = child;
  if (stdout === null) throw new Error('A detached cluster has no output.');
  const told = once(stdout, 'data').then(([text]) => String(text));
  const said = await showing(logFile, Promise.race([told, ended.then(() => undefined)]));
  if (said === undefined) {
    process.stderr.write(readFileSync(logFile, 'utf8'));
    process.exit(child.exitCode ?? exitCodes.defect);
  }
  process.stdout.write(said);
  process.stderr.write(
    `It goes on as process ${child.pid}. ${launcher()} cluster down ends it; what it says is in ${logFile}\n`,
  );
  process.exit();
}

/** Shows what a process says of its steps in a file until it has given its word, or has none to give. */
async function showing(file: string, word: Promise<string | undefined>): Promise<string | undefined> {
  using progress = new Progress();
  using _ = followLines(file, (line) => (line.startsWith('  ') ? progress.detail(line.trim()) : progress.step(line)));
  const said = await word;
  if (said === undefined) progress.fail();
  return said;
}
