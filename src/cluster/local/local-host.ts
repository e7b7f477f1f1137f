import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalProcess } from './local-process.ts';
import { EndedEarlyError } from './supervised.ts';
import type { LocalNetwork } from './network.ts';

/** How `heddle up` ends where its host was removed from the cluster (src/cli/exit.ts). */
const removed = 'code 7';

/** What a host of a local cluster is started with. */
export interface LocalHostOptions {
  /** Which machine of the network it runs on, from 0. */
  readonly n: number;
  readonly folder: string;
  readonly network: LocalNetwork;
  readonly heddle: readonly string[];
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly servers: readonly string[];
  /** Seed of the hosts' NATS user. */
  readonly keyFile: string;
  /** Told what its start does, a short line each. */
  readonly onStep: (line: string) => void;
}

/** A Heddle of a local cluster. */
export class LocalHost {
  readonly name: string;
  readonly home: string;
  /** Where it listens for clients, also while it does not run. */
  readonly url: string;
  readonly process: LocalProcess;

  constructor(options: LocalHostOptions) {
    const { n, folder, network } = options;
    const address = network.machines[n]?.address ?? '127.0.0.1';
    this.name = `host-${n + 1}`;
    this.home = join(folder, 'home');
    this.url = `http://${address}:${options.port}`;
    const command = [
      ...(network.machines[n]?.enter ?? []),
      ...options.heddle,
      'up',
      '--json',
      ...flagsOf(options, this.name, this.home),
    ];
    this.process = new LocalProcess({
      name: this.name,
      command,
      environment: options.environment,
      logFile: join(folder, 'heddle.log'),
      saysReady: { on: 'stdout', line: /"event":"ready"/ },
      // Its log is JSON, line by line; what is none says what it does while it starts.
      onLine: (line) => {
        if (line !== '' && !line.startsWith('{')) options.onStep(line);
      },
    });
  }

  /** Starts it; one that was removed from the cluster joins it as a new host, with the same home, and `onNew` is told so. Throws where it does not come up. */
  async start(signal: AbortSignal, onNew: () => void): Promise<void> {
    try {
      await this.process.start(signal);
    } catch (error) {
      if (!(error instanceof EndedEarlyError && error.how === removed)) throw error;
      onNew();
      for (const part of ['host-id', 'peer']) await rm(join(this.home, part), { recursive: true, force: true });
      await this.process.start(signal);
    }
  }
}

function flagsOf(options: LocalHostOptions, name: string, home: string): readonly string[] {
  const { n, network, port, servers, keyFile, flags } = options;
  const address = network.machines[n]?.address ?? '127.0.0.1';
  return [
    ...['--home', home, '--host', address, '--port', String(port)],
    ...(network.kind === 'namespaces' ? ['--expose'] : []),
    ...['--cluster', servers.join(','), '--cluster-key', keyFile, '--host-name', name],
    ...['--peer-host', address, '--peer-port', '0'],
    ...['--cluster-replicas', servers.length >= 3 ? '3' : '1'],
    ...flags,
  ];
}
