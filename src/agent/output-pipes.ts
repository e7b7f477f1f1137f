import { execFile } from 'node:child_process';
import { constants, existsSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { containerChannels, outputFifo, outputFifoMode, type AgentProfile } from '../protocol/profile.ts';

/** File descriptors of a pipe; whoever opened it closes them. */
export interface OutputPipe {
  /** Does not block. */
  readonly reader: number;
  readonly writer: number;
}

/**
 * What containers print to: a pipe for each channel. Node's own `'pipe'` is a socket, and sockets cannot be opened as
 * `/dev/stdout`. Node makes no pipes, so all are made at once, by one program, as FIFOs, where the driver has not put them
 * there already.
 */
export class OutputPipes {
  readonly #workDir: string;
  /** Resolves when pipes can be opened, undefined if they can be now. Rejects if they could not be made. */
  readonly made: Promise<void> | undefined;

  constructor(profile: Pick<AgentProfile, 'workDir' | 'channelCount'>) {
    this.#workDir = profile.workDir;
    const missing = containerChannels(profile)
      .map((channel) => outputFifo(profile.workDir, channel))
      .filter((path) => !existsSync(path));
    this.made = missing.length === 0 ? undefined : makeFifos(missing);
  }

  /** Opens the pipe of a channel, once: it has no name any more then. Throws if it was not made. */
  open(channel: number): OutputPipe {
    const path = outputFifo(this.#workDir, channel);
    // In this order: to open the writer first would wait for a reader.
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    return { reader, writer };
  }
}

async function makeFifos(paths: readonly string[]): Promise<void> {
  for (const path of paths) mkdirSync(dirname(path), { recursive: true });
  await promisify(execFile)('mkfifo', ['-m', outputFifoMode.toString(8), ...paths]);
}
