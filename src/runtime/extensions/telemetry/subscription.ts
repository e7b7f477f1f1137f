/** Streams of telemetry. */
export const telemetryTypes = ['platform', 'function', 'extension'] as const;
/** One of {@link telemetryTypes}. */
export type TelemetryType = (typeof telemetryTypes)[number];

/** Where telemetry is to go, in the container. */
export type Destination =
  | { readonly protocol: 'HTTP'; readonly port: number; readonly path: string }
  | { readonly protocol: 'TCP'; readonly port: number };

/**
 * How events are told. `text` and `objects`: the Telemetry API's, where lines of a log that is JSON came as text in the first version.
 * `logs` and `logs-2021`: its predecessor's.
 */
export type EventFormat = 'text' | 'objects' | 'logs' | 'logs-2021';

/** What an extension subscribed to. */
export interface Subscription {
  readonly types: readonly TelemetryType[];
  readonly destination: Destination;
  readonly format: EventFormat;
  /** A batch is sent when it has so many events, or bytes, or its first is so old. */
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Versions of each API's schema. */
const versions: Readonly<Record<TelemetryApi, ReadonlyMap<unknown, EventFormat>>> = {
  telemetry: new Map([
    ['2022-07-01', 'text'],
    ['2022-12-13', 'objects'],
    ['2025-01-29', 'objects'],
  ]),
  logs: new Map<unknown, EventFormat>([
    [undefined, 'logs'],
    ['2020-08-15', 'logs'],
    ['2021-03-18', 'logs-2021'],
  ]),
};
/** The Telemetry API, or its predecessor. */
export type TelemetryApi = 'telemetry' | 'logs';
/** Of the container itself; the API's own port is not one. */
const hosts = ['sandbox.localdomain', 'sandbox'];
const apiPort = 9_001;
/** AWS Lambda's documented limits; each has a default between. */
const buffering = {
  maxItems: { min: 1_000, max: 10_000, usual: 10_000 },
  maxBytes: { min: 262_144, max: 1_048_576, usual: 262_144 },
  timeoutMs: { min: 25, max: 30_000, usual: 1_000 },
} as const;

/** Reads the body of a subscription. Gives what is wrong with it, in words, where it is none. */
export function parseSubscription(body: string, api: TelemetryApi = 'telemetry'): Subscription | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'The body of a subscription is a JSON object';
  }
  if (!isRecord(value)) return 'The body of a subscription is a JSON object';
  const { schemaVersion, types } = value;
  const destination = destinationOf(value['destination']);
  const limits = bufferingOf(value['buffering'] ?? {});
  const format = versions[api].get(schemaVersion);
  const wrong = [
    format === undefined ? [`schemaVersion should be one of ${[...versions[api].keys()].join(', ')}`] : [],
    typesWrong(types),
    typeof destination === 'string' ? [destination] : [],
    typeof limits === 'string' ? [limits] : [],
  ].flat();
  if (format === undefined || wrong.length > 0 || typeof destination === 'string' || typeof limits === 'string')
    return wrong.join('; ');
  return {
    types: telemetryTypes.filter((type) => Array.isArray(types) && types.includes(type)),
    destination,
    format,
    ...limits,
  };
}

/** Whether something is an object with members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typesWrong(types: unknown): string[] {
  if (!Array.isArray(types) || types.length === 0) return ['types should not be empty'];
  const known = types.every((type) => telemetryTypes.some((name) => name === type));
  return known ? [] : [`types should be of ${telemetryTypes.join(', ')}`];
}

function destinationOf(value: unknown): Destination | string {
  if (!isRecord(value)) return 'destination is not provided';
  const { protocol, URI: uri, port } = value;
  if (protocol === 'TCP') return isPort(port) ? { protocol, port } : 'destination port is not provided';
  if (protocol !== 'HTTP') return 'destination protocol should be HTTP or TCP';
  if (typeof uri !== 'string' || !URL.canParse(uri)) return 'URI is not provided';
  const url = new URL(uri);
  if (url.protocol !== 'http:') return 'URI scheme should be http';
  if (!hosts.includes(url.hostname)) return `URI host should be ${hosts[0]}`;
  if (url.port === '') return 'URI port is not provided';
  const number: unknown = Number(url.port);
  return isPort(number)
    ? { protocol, port: number, path: url.pathname + url.search }
    : `URI port ${url.port} is reserved`;
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 && value !== apiPort;
}

type Limits = Record<keyof typeof buffering, number>;

function bufferingOf(value: unknown): Limits | string {
  if (!isRecord(value)) return 'buffering should be an object';
  const limits: Limits = {
    maxItems: buffering.maxItems.usual,
    maxBytes: buffering.maxBytes.usual,
    timeoutMs: buffering.timeoutMs.usual,
  };
  for (const name of ['maxItems', 'maxBytes', 'timeoutMs'] as const) {
    const { min, max } = buffering[name];
    const given = value[name];
    if (given === undefined) continue;
    if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max)
      return `${name} should be between ${min} and ${max}`;
    limits[name] = given;
  }
  return limits;
}
