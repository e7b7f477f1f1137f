import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Whatever is logged by mistake under one of these names is cut out, at the top and one and two levels below. */
const secretNames = [
  'authorization',
  'Authorization',
  'environment',
  'Environment',
  'Variables',
  'secretAccessKey',
  'aws_secret_access_key',
  'payload',
  'body',
  'token',
];

/** The service's own log: JSON lines. Function code's output is kept elsewhere (store/logs). */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const options = { level, redact: { paths, censor: '[secret]' }, base: { service: 'heddle' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
