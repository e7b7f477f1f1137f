import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Settings } from '../model/functions/settings.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Field } from './settings/field.ts';
import { clusterFields, clusterIn } from './settings/cluster-fields.ts';
import { allFields, fields, fileKey } from './settings/fields.ts';
import { type Machine, thisMachine } from './settings/machine.ts';
import { SettingError } from './settings/parse.ts';
import { suggest } from './suggest.ts';

/** Where settings come from. A flag beats the environment, which beats the file, which beats the default. */
export interface SettingSources {
  /** By key, as commander gives them (`containerIdle`), and `config`, `expose`. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: NodeJS.ProcessEnv;
  /** Defaults to this machine. */
  readonly machine?: Machine;
}

type FileValues = { readonly path: string; readonly values: Readonly<Record<string, unknown>> };

function refuse(message: string, hint?: string): never {
  throw new CliError(message, exitCodes.usage, hint === undefined ? {} : { hint });
}

function readFile(path: string, mustExist: boolean): FileValues {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (!mustExist && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { path, values: {} };
    refuse(`Could not read the configuration file ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (cause) {
    refuse(`${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    refuse(`${path} must hold one JSON object, such as {"port": 4333}.`);
  const known = Object.values(allFields).map((field) => fileKey(field.flag));
  for (const key of Object.keys(values)) {
    if (known.includes(key)) continue;
    const near = suggest(key, known);
    refuse(
      `${path} has "${key}", which is not a setting.`,
      near ? `Did you mean "${near}"?` : `Settings: ${known.join(', ')}.`,
    );
  }
  return { path, values: Object.fromEntries(Object.entries(values)) };
}

/** A value of the file as it would be written on the command line: lists with commas, objects as JSON. */
function asText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(',');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function parsed<T>(field: Field<T>, origin: string, value: unknown): T {
  try {
    const text = asText(value);
    if (text === undefined) throw new SettingError('must be a text, a number or a list of texts');
    return field.parse(text);
  } catch (error) {
    if (error instanceof SettingError) refuse(`${origin} ${error.message}; it is ${JSON.stringify(value)}.`);
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Reads all settings. Throws CliError (usage) that names the flag, variable or file whose value is wrong. */
export function readSettings(sources: SettingSources): Settings {
  const machine = sources.machine ?? thisMachine(sources.environment);
  const flagOrEnvironment = <T>(field: Field<T>): { readonly value: T } | undefined => {
    const flag = sources.flags[fileKey(field.flag)];
    if (flag !== undefined) return { value: parsed(field, `--${field.flag}`, flag) };
    const variable = sources.environment[field.environment];
    if (variable !== undefined && variable !== '') return { value: parsed(field, field.environment, variable) };
    return undefined;
  };
  const home = (flagOrEnvironment(fields.home) ?? { value: fields.home.fallback(machine) }).value;
  const config = sources.flags['config'];
  const file = typeof config === 'string' ? readFile(config, true) : readFile(join(home, 'config.json'), false);
  const pick = <T>(field: Field<T>): T => {
    const explicit = flagOrEnvironment(field);
    if (explicit !== undefined) return explicit.value;
    const key = fileKey(field.flag);
    const inFile = file.values[key];
    return inFile === undefined ? field.fallback(machine) : parsed(field, `"${key}" in ${file.path}`, inFile);
  };
  const host = pick(fields.host);
  if (!isLoopback(host) && sources.flags['expose'] !== true)
    refuse(
      `Heddle would listen on ${host}, where other machines can reach it, over unencrypted HTTP.`,
      'If that is wanted, say so with --expose.',
    );
  const cluster = clusterOf(pick);
  return {
    home,
    host,
    ...(cluster === undefined ? {} : { cluster }),
    cache: pick(fields.cache),
    port: pick(fields.port),
    driver: pick(fields.driver),
    region: pick(fields.region),
    warm: pick(fields.warm),
    containerIdleMs: pick(fields.containerIdleMs),
    surplusIdleMs: pick(fields.surplusIdleMs),
    instanceIdleMs: pick(fields.instanceIdleMs),
    instanceLifeMs: pick(fields.instanceLifeMs),
    memoryMb: pick(fields.memoryMb),
    accountConcurrency: pick(fields.accountConcurrency),
    unreservedConcurrency: pick(fields.unreservedConcurrency),
    capacityByAccount: pick(fields.capacityByAccount),
    provisionedSchedule: pick(fields.provisionedSchedule),
    queueMax: pick(fields.queueMax),
    queueWaitMs: pick(fields.queueWaitMs),
    egress: pick(fields.egress),
    egressByAccount: pick(fields.egressByAccount),
    auxiliaries: pick(fields.auxiliaries),
    destinations: pick(fields.destinations),
    sources: pick(fields.sources),
    prediction: pick(fields.prediction),
    otlpEndpoint: pick(fields.otlpEndpoint),
    traceRatio: pick(fields.traceRatio),
    prices: pick(fields.prices),
    threadKeepMs: pick(fields.threadKeepMs),
    stopMs: pick(fields.stopMs),
    logLevel: pick(fields.logLevel),
  };
}

function clusterOf(pick: <T>(field: Field<T>) => T): Settings['cluster'] {
  try {
    return clusterIn({
      servers: pick(clusterFields.servers),
      keyFile: pick(clusterFields.keyFile),
      caFile: pick(clusterFields.caFile),
      hostName: pick(clusterFields.hostName),
      cutOff: pick(clusterFields.cutOff),
      peerHost: pick(clusterFields.peerHost),
      peerPort: pick(clusterFields.peerPort),
      replicas: pick(clusterFields.replicas),
    });
  } catch (error) {
    if (error instanceof SettingError) refuse(`${error.message}.`);
    throw error;
  }
}
