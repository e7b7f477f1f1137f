import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { Writable } from 'node:stream';
import type { RuntimeInit } from '../../protocol/messages.ts';
import { ownNodeFlags } from '../../protocol/node-flags.ts';
import { ownNodeMark } from '../../protocol/own-node-mark.ts';
import { supervisorCommand, supervisorVariable } from '../../protocol/supervisor-command.ts';

// A blank container has a Node that runs already. A function whose options only another Node can have (protocol/node-options.ts) gets one
// here, in the same container: this one starts it, gives it the channel, and from then on only waits to end as it ends.

/** What the first Node had read of the channel already. */
const readAheadFd = 4;

/** What the first Node hands over. */
export interface HandOver {
  readonly init: RuntimeInit;
  readonly channelFd: number;
  /** Of the channel: what came from `init` on. */
  readonly readAhead: Uint8Array;
  readonly taskRoot: string;
  readonly exit: (code: number) => void;
}

/** Starts the other Node, or where the function has extensions, what starts both. The caller closes its channel then. */
export function startOwnNode({ init, channelFd, readAhead, taskRoot, exit }: HandOver): void {
  const { command, env } = init.extensions === true ? supervisor(taskRoot) : ownNode(init, taskRoot);
  const [program = '', ...args] = command;
  const stdio = ['ignore', 'inherit', 'inherit', channelFd, 'pipe'] as const;
  const child = spawn(program, args, { cwd: taskRoot, env, stdio: [...stdio] });
  const input = child.stdio[readAheadFd];
  if (input instanceof Writable) input.on('error', () => undefined).end(readAhead);
  child.once('error', (error) => {
    fs.writeSync(2, `[heddle] ${program} could not be started: ${error.message}\n`);
    exit(127);
  });
  child.once('exit', (code, signal) => {
    if (signal !== null) process.kill(process.pid, signal);
    exit(code ?? 1);
  });
}

interface Started {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

function ownNode({ environment, memoryMb }: RuntimeInit, taskRoot: string): Started {
  const node = [process.execPath, ...ownNodeFlags(memoryMb, environment['NODE_OPTIONS'] ?? ''), process.argv[1] ?? ''];
  const wrapper = environment['AWS_LAMBDA_EXEC_WRAPPER'] ?? '';
  return { command: wrapper === '' ? node : [wrapper, ...node], env: { ...environment, [ownNodeMark]: taskRoot } };
}

function supervisor(taskRoot: string): Started {
  const runtime = ['node', process.execPath, process.argv[1] ?? ''];
  const command = supervisorCommand(process.env[supervisorVariable], taskRoot, readAheadFd, runtime);
  return { command, env: process.env };
}

/** What the first Node has left to this one, where this is the other one; else undefined. To be called once. */
export function takeOver(): { readonly taskRoot: string; readonly readAhead: Buffer } | undefined {
  const taskRoot = process.env[ownNodeMark];
  if (taskRoot === undefined) return undefined;
  delete process.env[ownNodeMark];
  const readAhead = fs.readFileSync(readAheadFd);
  fs.closeSync(readAheadFd);
  return { taskRoot, readAhead };
}
