import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isErrorCode } from '../../node/errors/errors.ts';
import type { Extension } from '../api/extension.ts';
import { Fifo } from './fifo.ts';
import type { ProcessEnd } from './process-end.ts';

/** Programs of external extensions: every file of the folder, whatever its name. Sorted, so that each start is like the others. */
export function externalNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).toSorted();
}

/** What is the runtime's own business, as AWS Lambda documents it. */
const runtimesOwn = [
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
];

/** The environment of extensions, from the function's. */
export function extensionEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !runtimesOwn.includes(name) && !name.startsWith('_'));
  return Object.fromEntries(kept);
}

/** What an extension's program is started with. */
export interface ExtensionPlace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints to. */
  readonly fifo: string;
  readonly onText: (text: string) => void;
}

/** The process of an external extension, and all that it starts: a process group of its own. */
export class ExtensionProcess {
  readonly extension: Extension;
  /** Resolves when it has ended, and all that it printed was read. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  /** Why the system would not start it. */
  launchError: 'PermissionDenied' | 'UnknownError' | undefined;
  alive = true;

  constructor(extension: Extension, { folder, environment, fifo: path, onText }: ExtensionPlace) {
    this.extension = extension;
    const fifo = new Fifo(path, onText);
    const { writer } = fifo;
    const stdio = ['ignore', writer, writer] as const;
    this.#child = spawn(join(folder, extension.name), [], {
      cwd: '/',
      env: environment,
      stdio: [...stdio],
      detached: true,
    });
    fifo.started();
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.launchError = isErrorCode(error, 'EACCES') ? 'PermissionDenied' : 'UnknownError';
        resolve({ code: null, signal: null });
      });
      this.#child.once('exit', (code, signal) => {
        fifo.drain();
        resolve({ code, signal });
      });
    });
    void this.ended.then(() => (this.alive = false));
  }

  /** Ends it, and what it started. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.alive) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}
