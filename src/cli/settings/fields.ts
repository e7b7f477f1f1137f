import { resolve } from 'node:path';
import type { Settings } from '../../model/settings.ts';
import { defaultCache, defaultHome, defaultMemoryMb, defaultWarm, type Machine } from './machine.ts';
import { parseChoice, parseDuration, parseMemory, parseText, parseWarm, parseWhole } from './parse.ts';

/** One setting: how it is written on the command line, in the environment and in the file, and what it is otherwise. */
export interface Field<T> {
  /** Flag without the dashes; in camel case it is the key in the configuration file. */
  readonly flag: string;
  readonly environment: string;
  /** Placeholder in `--help`. */
  readonly argument: string;
  readonly description: string;
  /** Throws SettingError. */
  readonly parse: (text: string) => T;
  readonly fallback: (machine: Machine) => T;
  /** The fallback as `--help` says it. */
  readonly fallbackText: string;
}

const driverNames = ['auto', 'microvm', 'gvisor', 'host'] as const;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Every setting, by its name in {@link Settings}. */
export const fields: { readonly [K in keyof Settings]: Field<Settings[K]> } = {
  home: {
    flag: 'home',
    environment: 'HEDDLE_HOME',
    argument: 'DIR',
    description: 'state: functions, code, credentials',
    parse: (text) => resolve(parseText(text)),
    fallback: defaultHome,
    fallbackText: '~/.heddle',
  },
  cache: {
    flag: 'cache',
    environment: 'HEDDLE_CACHE',
    argument: 'DIR',
    description: 'guest images, templates and unpacked tools',
    parse: (text) => resolve(parseText(text)),
    fallback: defaultCache,
    fallbackText: '~/.cache/heddle',
  },
  host: {
    flag: 'host',
    environment: 'HEDDLE_HOST',
    argument: 'ADDRESS',
    description: 'address to listen on; others than loopback need --expose',
    parse: parseText,
    fallback: () => '127.0.0.1',
    fallbackText: '127.0.0.1',
  },
  port: {
    flag: 'port',
    environment: 'HEDDLE_PORT',
    argument: 'NUMBER',
    description: 'port to listen on; 0 lets the system choose',
    parse: parseWhole(0, 65_535),
    fallback: () => 4_333,
    fallbackText: '4333',
  },
  driver: {
    flag: 'driver',
    environment: 'HEDDLE_DRIVER',
    argument: 'NAME',
    description: 'what instances are made of: auto, microvm, gvisor, or host (no isolation from this kernel)',
    parse: parseChoice(driverNames),
    fallback: () => 'auto',
    fallbackText: 'auto',
  },
  region: {
    flag: 'region',
    environment: 'HEDDLE_REGION',
    argument: 'NAME',
    description: 'region in ARNs and signatures',
    parse: (text) => parseText(text).toLowerCase(),
    fallback: () => 'us-east-1',
    fallbackText: 'us-east-1',
  },
  warm: {
    flag: 'warm',
    environment: 'HEDDLE_WARM',
    argument: 'LIST',
    description:
      'instances kept ready, RUNTIME-MEMORY=MIN..MAX with commas between, or none; xBLANK after MAX sets how many ' +
      'blank containers of that runtime each has, as in nodejs24.x-256=2..8x4; what is deployed is made ready in any case',
    parse: parseWarm,
    fallback: defaultWarm,
    fallbackText: 'nodejs24.x-256=1..8, less on a small machine',
  },
  containerIdleMs: {
    flag: 'container-idle',
    environment: 'HEDDLE_CONTAINER_IDLE',
    argument: 'DURATION',
    description: 'a container not used for so long is destroyed',
    parse: parseDuration,
    fallback: () => 300_000,
    fallbackText: '5m',
  },
  surplusIdleMs: {
    flag: 'surplus-idle',
    environment: 'HEDDLE_SURPLUS_IDLE',
    argument: 'DURATION',
    description: 'the same, where another container of its code was used later: what only a crowd needed',
    parse: parseDuration,
    fallback: () => 5_000,
    fallbackText: '5s',
  },
  instanceIdleMs: {
    flag: 'instance-idle',
    environment: 'HEDDLE_INSTANCE_IDLE',
    argument: 'DURATION',
    description: 'an instance without containers in use for so long is destroyed',
    parse: parseDuration,
    fallback: () => 60_000,
    fallbackText: '1m',
  },
  instanceLifeMs: {
    flag: 'instance-life',
    environment: 'HEDDLE_INSTANCE_LIFE',
    argument: 'DURATION',
    description: 'an instance this old takes no new work',
    parse: parseDuration,
    fallback: () => 14_400_000,
    fallbackText: '4h',
  },
  memoryMb: {
    flag: 'memory',
    environment: 'HEDDLE_MEMORY',
    argument: 'SIZE',
    description: 'memory that all instances together may use, such as 8G',
    parse: parseMemory,
    fallback: defaultMemoryMb,
    fallbackText: 'half of what is free',
  },
  queueMax: {
    flag: 'queue-max',
    environment: 'HEDDLE_QUEUE_MAX',
    argument: 'NUMBER',
    description: 'requests that may wait for capacity',
    parse: parseWhole(0, 1_000_000),
    fallback: () => 1_000,
    fallbackText: '1000',
  },
  queueWaitMs: {
    flag: 'queue-wait',
    environment: 'HEDDLE_QUEUE_WAIT',
    argument: 'DURATION',
    description: 'how long a request waits for capacity before it is refused',
    parse: parseDuration,
    fallback: () => 10_000,
    fallbackText: '10s',
  },
  threadKeepMs: {
    flag: 'thread-keep',
    environment: 'HEDDLE_THREAD_KEEP',
    argument: 'DURATION',
    description: 'how long the result of a detached thread is kept',
    parse: parseDuration,
    fallback: () => 86_400_000,
    fallbackText: '24h',
  },
  stopMs: {
    flag: 'stop-wait',
    environment: 'HEDDLE_STOP_WAIT',
    argument: 'DURATION',
    description: 'how long running invocations have to end when the service stops',
    parse: parseDuration,
    fallback: () => 10_000,
    fallbackText: '10s',
  },
  logLevel: {
    flag: 'log-level',
    environment: 'HEDDLE_LOG_LEVEL',
    argument: 'LEVEL',
    description: `what the service says on stderr: ${logLevels.join(', ')}`,
    parse: parseChoice(logLevels),
    fallback: () => 'info',
    fallbackText: 'info',
  },
};

/** `container-idle` → `containerIdle`: the key in the configuration file, and commander's name of the option. */
export function fileKey(flag: string): string {
  return flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
