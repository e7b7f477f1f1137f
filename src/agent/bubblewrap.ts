import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as os } from 'node:os';
import { Writable, type Readable } from 'node:stream';
import type { AgentProfile } from '../protocol/profile.ts';
import { containerCommand, containerFds, networkOf, type ContainerPlan } from './container-command.ts';
import type { OutputPipe } from './output-pipes.ts';

/** How a process ended: by a code or by a signal; neither is known where it never began. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What bubblewrap is started with, beside the plan. */
export interface BubblewrapPlace {
  readonly profile: AgentProfile;
  readonly seccompFile: string;
  /** Opens the guest's end of a data channel; it is closed here when the container has it. */
  readonly openData: (channel: number) => number;
  /** Opens what a channel's container prints to. */
  readonly openOutput: (channel: number) => OutputPipe;
}

/** A bubblewrap that was started. */
export interface Started {
  readonly child: ChildProcess;
  readonly printed: Printed;
}

/** What bubblewrap and the container print, to file descriptors 1 and 2 alike. */
export interface Printed {
  readonly stream: Readable;
  /** What the stream reads from, and closes; does not block. */
  readonly fd: number;
}

/** Starts bubblewrap; it stops before the container begins, until something is written to its `hold` descriptor. */
export function startBubblewrap(place: BubblewrapPlace, plan: ContainerPlan): Started {
  const { options, command } = containerCommand(place.profile, plan);
  const data = place.openData(plan.channel);
  const seccomp = openSync(place.seccompFile, 'r');
  const { reader, writer } = place.openOutput(plan.channel);
  try {
    // In the order of `containerFds`.
    const bubblewrap = [place.profile.bwrap, '--args', String(containerFds.options), '--', ...command];
    const [program = '', ...args] = [...networkOf(place.profile), ...bubblewrap];
    const child = spawn(program, args, {
      stdio: ['ignore', writer, writer, data, seccomp, 'pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
    });
    const told = stdioOf(child, containerFds.options);
    if (told instanceof Writable) {
      told.on('error', () => undefined);
      told.end(options.map((option) => `${option}\0`).join(''));
    }
    stdioOf(child, containerFds.hold)?.on('error', () => undefined);
    const stream = new Socket({ fd: reader, readable: true, writable: false });
    return { child, printed: { stream, fd: reader } };
  } finally {
    for (const fd of [data, seccomp, writer]) closeSync(fd);
  }
}

/** A pipe to or from bubblewrap, by the file descriptor it has there. */
export function stdioOf(child: ChildProcess, fd: number): Readable | Writable | null | undefined {
  const all: readonly (Readable | Writable | null | undefined)[] = child.stdio;
  return all[fd];
}

/** What bubblewrap says about itself, as soon as it is whole: the descriptor stays open in the container being made. */
export function childPid(info: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let said = '';
    info.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      const [, pid] = /"child-pid": (\d+)[^}]*}/.exec(said) ?? [];
      if (pid !== undefined) resolve(Number(pid));
    });
    info.on('error', () => resolve(undefined));
    info.on('end', () => resolve(undefined));
  });
}

/** bubblewrap reports a signal the way a shell does, as 128 and its number. */
export function asSeenInside(code: number | null, killedBy: string | null): ProcessEnd {
  const number = code === null ? 0 : code - 128;
  const name = Object.entries(os.signals).find(([, value]) => value === number)?.[0];
  return number > 0 && name !== undefined ? { code: null, signal: name } : { code, signal: killedBy };
}
