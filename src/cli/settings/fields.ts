import { resolve } from 'node:path';
import type { Settings } from '../../model/functions/settings.ts';
import { defaultCache, defaultHome, defaultMemoryMb, defaultWarm } from './machine.ts';
import { capacityFields } from './capacity-fields.ts';
import { clusterFields } from './cluster-fields.ts';
import type { Field } from './field.ts';
import { outsideFields } from './outside-fields.ts';
import { predictionFields } from './prediction-field.ts';
import { priceFields } from './price-field.ts';
import { traceFields } from './trace-fields.ts';
import { parseEgress, parseEgressByAccount } from './parse-egress.ts';
import { parseChoice, parseDuration, parseMemory, parseText, parseWarm, parseWhole } from './parse.ts';

const driverNames = ['auto', 'microvm', 'gvisor', 'host'] as const;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Settings by their names in {@link Settings}; those of a cluster are in {@link allFields} only. */
export const fields: { readonly [K in keyof Omit<Settings, 'cluster'>]: Field<Settings[K]> } = {
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
  ...capacityFields,
  egress: {
    flag: 'egress',
    environment: 'HEDDLE_EGRESS',
    argument: 'POLICY',
    description:
      'what functions may connect to that say nothing themselves: none, public, all, names, addresses, 10MB/s',
    parse: parseEgress,
    fallback: () => 'public',
    fallbackText: 'public',
  },
  egressByAccount: {
    flag: 'egress-account',
    environment: 'HEDDLE_EGRESS_ACCOUNT',
    argument: 'ID=POLICY',
    description: 'what the functions of an account may connect to at most, whatever they say; several with ; between',
    parse: parseEgressByAccount,
    fallback: () => ({}),
    fallbackText: 'no such limit for your own account, and what --egress says for others',
  },
  ...outsideFields,
  ...predictionFields,
  ...traceFields,
  ...priceFields,
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

/** Every setting there is, in the order of the help. */
export const allFields: Readonly<Record<string, Field<unknown>>> = { ...fields, ...clusterFields };

/** `container-idle` → `containerIdle`: the key in the configuration file, and commander's name of the option. */
export function fileKey(flag: string): string {
  return flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
