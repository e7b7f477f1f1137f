import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHARE_ENV, Worker as NodeWorker, type WorkerOptions as NodeOptions } from 'node:worker_threads';
import type { Setup } from './relay/frames.ts';
import { refusal } from './relay/values.ts';

/** What a Worker can be told beside what Node's own can. */
export interface WorkerOptions extends NodeOptions {
  readonly heddle?: {
    /** Of the container, MiB; where it is not given, 256, or what `resourceLimits` need. */
    readonly memoryMb?: number;
    /** The Worker is killed when it has run for so long, ms. */
    readonly timeoutMs?: number;
    /** Files that come along: paths, folders and glob patterns, relative to the working folder. */
    readonly files?: readonly string[];
  };
}

/** What `new Worker` was asked for, checked. */
export type Asked = Pick<
  Setup,
  'source' | 'name' | 'argv' | 'execArgv' | 'env' | 'stdin' | 'trackUnmanagedFds' | 'resourceLimits'
>;

/**
 * Checks what a Worker is to be. Throws what Node's own would: it is Node's own that is asked, with a transfer list that
 * ends the attempt after all checks, before anything is started.
 */
export function askedFor(file: string | URL, options: WorkerOptions): Asked {
  if (options.env === SHARE_ENV) throw refusal('SHARE_ENV: the environment');
  checkByNode(file, options);
  return {
    source: sourceOf(file, options),
    name: options.name ?? '',
    argv: (options.argv ?? []).map(String),
    execArgv: [...v8Flags(), ...(options.execArgv ?? inheritedFlags())],
    env: environmentOf(options.env),
    stdin: options.stdin === true,
    trackUnmanagedFds: options.trackUnmanagedFds ?? true,
    resourceLimits: { ...options.resourceLimits },
  };
}

function checkByNode(file: string | URL, options: WorkerOptions): void {
  const twice = new ArrayBuffer(0);
  // With streams of its own, or it would stay connected to this process's.
  const rest = { workerData: undefined, transferList: [twice, twice], stdout: true, stderr: true };
  try {
    Reflect.construct(NodeWorker, [file, { ...options, ...rest }]);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function sourceOf(file: string | URL, options: WorkerOptions): Setup['source'] {
  if (options.eval === true) return { kind: 'eval', text: String(file) };
  if (file instanceof URL && file.protocol === 'data:') return { kind: 'url', text: file.href };
  const path = file instanceof URL ? fileURLToPath(file) : resolve(file);
  try {
    return { kind: 'file', text: realpathSync(path) };
  } catch {
    return { kind: 'file', text: path };
  }
}

function environmentOf(given: WorkerOptions['env']): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? process.env))
    if (value !== undefined && !isOfProcess(name, value)) strings[name] = String(value);
  return strings;
}

/** What this process's Node loads first is not in the container, and what it is to find is not the container's business. */
function isOfProcess(name: string, value: unknown): boolean {
  return name.startsWith('HEDDLE_') || (name === 'NODE_OPTIONS' && value === process.env['NODE_OPTIONS']);
}

/** Flags with a value of their own behind them that only concern how this process started. */
const withValue = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader', '--env-file', '-C']);
/** The same without. */
const own =
  /^(?:-[eip]+$|--(?:eval|print|interactive|test|watch|inspect|import|require|loader|experimental-loader|env-file)\b)/;
/** What V8 is told for all of a process, and so for its Workers. */
const ofV8 = new Set(['--expose-gc', '--expose_gc']);

/** A Worker takes over the flags of its parent, as far as it can have them. */
function inheritedFlags(): string[] {
  const given: string[] = [];
  for (let at = 0; at < process.execArgv.length; at++) {
    const flag = process.execArgv[at] ?? '';
    if (withValue.has(flag)) at++;
    else if (!own.test(flag)) given.push(flag);
  }
  const refused = new Set(refusedFlags(given));
  return given.filter((flag) => !refused.has(flag));
}

function v8Flags(): string[] {
  return process.execArgv.filter((flag) => ofV8.has(flag));
}

/** Those that Node gives to a process only. */
function refusedFlags(execArgv: readonly string[]): readonly string[] {
  try {
    checkByNode('', { eval: true, execArgv: [...execArgv] });
    return [];
  } catch (error) {
    return error instanceof Error ? (error.message.split('flags: ')[1] ?? '').split(', ') : [];
  }
}
