import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import type { HeddleClient } from '../../../sdk/client.ts';
import { withClient } from '../../context.ts';
import { type Deployed, deployPath } from '../../deploying/deployment.ts';
import { CliError } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { ServiceError } from '../../../sdk/service-error.ts';
import { findSource } from '../../packaging/entry.ts';
import { StopSignal } from '../../stop-signal.ts';
import { sayDeployed, withDeployOptions, wishOf } from '../functions/deploy.ts';
import { showLogEntry } from '../logs.ts';

/** Editors save in several steps; what comes within this is one change, ms. */
const settleMs = 80;

/** Waits for files to change. */
class Changes implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = Promise.withResolvers<string>();
  #timer: NodeJS.Timeout | undefined;

  /** Watches the folders of these files, too: editors replace files instead of writing to them. */
  watch(files: readonly string[]): void {
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, { persistent: true }, (_event, name) => this.#note(folder, name));
      // A folder that is taken away is no longer watched; that it is missed, the next deployment says.
      watcher.on('error', () => this.#watchers.delete(folder));
      this.#watchers.set(folder, watcher);
    }
  }

  /** Resolves with the name of a file that has changed since it was called last. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const name = await Promise.race([this.#changed.promise, stopped]);
    signal.removeEventListener('abort', stop);
    this.#changed = Promise.withResolvers();
    return name;
  }

  #note(folder: string, name: string | null): void {
    // Files of editors, and folders of tools, are no sources.
    if (name === null || /^\.|~$|^node_modules$|^\d+$|\.sw[a-z]$/.test(basename(name))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.resolve(join(folder, name)), settleMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}

async function tail(client: HeddleClient, name: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const entry of client.logs(name, { follow: true, since: String(Date.now()), signal }))
      showLogEntry(entry);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Deploys; a mistake in the code is said, and mended by the next save. */
async function tryDeploy(client: HeddleClient, path: string, command: Command): Promise<Deployed | undefined> {
  const startedAt = performance.now();
  try {
    const deployed = await deployPath(client, path, wishOf(command, path));
    sayDeployed(deployed);
    process.stderr.write(paint('dim', `  ${Math.round(performance.now() - startedAt)} ms\n`, process.stderr));
    return deployed;
  } catch (error) {
    if (!(error instanceof CliError || error instanceof ServiceError)) throw error;
    process.stderr.write(`${paint('red', '✗', process.stderr)} ${error.message}\n`);
    if (error instanceof CliError && error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return undefined;
  }
}

async function dev(path: string, command: Command): Promise<void> {
  const source = findSource(path, wishOf(command, path).name);
  using stop = new StopSignal();
  using changes = new Changes();
  await withClient(command, async (client) => {
    const leaving = new AbortController();
    const signal = AbortSignal.any([stop.signal, leaving.signal]);
    let tailing: Promise<void> | undefined;
    changes.watch([
      source.kind === 'zip' || source.path !== source.folder ? source.path : join(source.path, 'index.ts'),
    ]);
    while (!stop.isReceived) {
      const deployed = await tryDeploy(client, path, command);
      changes.watch(deployed?.code.inputs ?? []);
      if (deployed !== undefined) tailing ??= tail(client, deployed.name, signal);
      process.stderr.write(paint('dim', '  Deployed anew when a file is saved; Ctrl-C ends.\n', process.stderr));
      const changed = changes.next(stop.signal);
      // A connection that breaks ends it with its words; the service going away is no reason to wait for a save.
      const name = await Promise.race([changed, ...(tailing === undefined ? [] : [tailing.then(() => undefined)])]);
      if (name === undefined) break;
      process.stderr.write(`${paint('cyan', '↻', process.stderr)} ${basename(name)} changed\n`);
    }
    leaving.abort();
    await tailing;
  });
}

const examples = `
Examples:
  $ heddle dev hello.ts                  deploys it, again whenever it or what it imports is saved, and shows its log
  $ heddle dev ./service --name api-dev --memory 512

In another terminal: heddle invoke hello`;

/** `heddle dev` */
export function devCommand(): Command {
  return withDeployOptions(new Command('dev'))
    .description('deploy, again at each save, and follow the log')
    .argument('<path>', 'TypeScript or JavaScript file, folder, or zip file')
    .addHelpText('after', examples)
    .action(async (path: string, _options: unknown, command: Command) => await dev(path, command));
}
