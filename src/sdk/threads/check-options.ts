import { nodeRuntimes } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import type { ThreadOptions } from './options.ts';

/** The most tries that a thread may have beside its first. */
const retriesMax = 1_000;

/** Throws RangeError or TypeError, with what is and what should be, for options that no thread can have: before anything is sent. */
export function checkOptions(options: ThreadOptions): void {
  const { memoryMb, timeoutMs, retries, valueBytesMax, signal, env, transfer } = options;
  wholeNumber('memoryMb', memoryMb, limits.functionMemoryMbMin, limits.functionMemoryMbMax);
  number('timeoutMs', timeoutMs, 1, limits.threadTimeoutMsMax);
  wholeNumber('valueBytesMax', valueBytesMax, 0, limits.threadValueBytesMax);
  wholeNumber('retries.max', retries?.max, 0, retriesMax);
  number('retries.backoffMs', retries?.backoffMs, 0, limits.threadTimeoutMsMax);
  oneOf('runtime', options.runtime, nodeRuntimes);
  oneOf('output', options.output, ['inherit', 'silent']);
  kind('retries', retries, 'object');
  kind('retries.on', retries?.on, 'function');
  kind('name', options.name, 'string');
  kind('apart', options.apart, 'boolean');
  const { egress } = options;
  if (egress !== undefined && ![egress].flat().every((rule) => typeof rule === 'string'))
    throw wrong('egress', egress, 'a policy, or a list of its rules');
  kind('secrets', options.secrets, 'object');
  const { policy } = options;
  const isPolicy = [policy]
    .flat()
    .every((name) => typeof name === 'string' || (typeof name === 'object' && name !== null));
  if (policy !== undefined && !isPolicy) throw wrong('policy', policy, 'names of policies, or an object');
  kind('env', env, 'object');
  for (const [name, value] of Object.entries(env ?? {})) kind(`env.${name}`, value, 'string');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong('signal', signal, 'an AbortSignal');
  if (transfer !== undefined && !Array.isArray(transfer)) throw wrong('transfer', transfer, 'a list of ArrayBuffers');
}

/** Throws RangeError unless it is a number between the two, or not given. */
export function number(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return;
  throw new RangeError(`\`${name}\` is ${shown(value)}; it must be a number between ${least} and ${most}.`);
}

/** The same for a whole number. */
export function wholeNumber(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)) return;
  throw new RangeError(`\`${name}\` is ${shown(value)}; it must be a whole number between ${least} and ${most}.`);
}

function oneOf(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || known.some((one) => one === value)) return;
  throw new RangeError(`\`${name}\` is ${shown(value)}; it must be ${known.join(' or ')}.`);
}

function kind(name: string, value: unknown, wanted: 'object' | 'function' | 'string' | 'boolean'): void {
  // What a variable of the environment holds may be secret.
  if (value !== undefined && (value === null || typeof value !== wanted))
    throw new TypeError(
      `\`${name}\` is ${value === null ? 'null' : `of type ${typeof value}`}; it must be of type ${wanted}.`,
    );
}

function wrong(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`\`${name}\` is ${shown(value)}; it must be ${wanted}.`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  return typeof value === 'number' || value === null ? String(value) : `of type ${typeof value}`;
}
