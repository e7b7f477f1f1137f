import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, exitCodes } from '../exit.ts';
import { suggest } from '../suggest.ts';

/** What a folder says of the function that it is: named and meant as the options of `heddle deploy`. */
export interface ProjectSettings {
  readonly name?: string;
  readonly handler?: string;
  readonly runtime?: string;
  /** MB. */
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  /** Environment variables; `null` takes the value that whoever deploys has. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly layer?: readonly string[];
  readonly egress?: string;
  /** What `--secret` takes, as texts or as objects. */
  readonly secret?: readonly (string | object)[];
  /** Names of policies that bound it; and of the role that its code has. */
  readonly policy?: string;
  readonly role?: string;
  /** `none`, `iam` or `off`; and `buffered` or `stream`. */
  readonly url?: string;
  readonly urlMode?: string;
  readonly eventRetries?: string;
  readonly eventDelays?: string;
  readonly eventAge?: string;
  /** Name or ARN of a queue. */
  readonly deadLetter?: string;
  /** How long its durable executions may take: `15m`. */
  readonly durable?: string;
  /** What it must be, or nothing is deployed: `retry-safe,read-only`. */
  readonly require?: string;
  readonly bundle?: boolean;
  readonly include?: readonly string[];
  /** Modules that run apart from the function, by patterns: {"plugins/*.ts": {"trust": "untrusted"}}. */
  readonly portions?: Readonly<Record<string, unknown>>;
}

const fileName = 'heddle.json';
const fileBytesMax = 64 * 1_024;

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isVariables = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => item === null || typeof item === 'string');
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';

const members: Readonly<Record<string, { readonly holds: (value: unknown) => boolean; readonly form: string }>> = {
  name: { holds: isText, form: 'a text' },
  handler: { holds: isText, form: 'a text' },
  runtime: { holds: isText, form: 'a text' },
  memory: { holds: isNumber, form: 'a number of MB' },
  timeout: { holds: isNumber, form: 'a number of seconds' },
  env: { holds: isVariables, form: 'an object of texts, or null for the value that you have' },
  layer: { holds: isTexts, form: 'a list of texts' },
  egress: { holds: isText, form: 'a text, such as "public db.lan:5432"' },
  secret: {
    holds: (value) => Array.isArray(value) && value.every((item) => isText(item) || isObject(item)),
    form: 'a list of texts such as "STRIPE=api.stripe.com", or objects with "secret" and "host"',
  },
  policy: { holds: isText, form: 'names of policies, such as "small,offline"' },
  role: { holds: isText, form: 'the name of a role, or its ARN' },
  url: { holds: isText, form: '"none", "iam" or "off"' },
  urlMode: { holds: isText, form: '"buffered" or "stream"' },
  eventRetries: { holds: isText, form: 'a text, such as "5"' },
  eventDelays: { holds: isText, form: 'a text, such as "10s 1m 10m"' },
  eventAge: { holds: isText, form: 'a text, such as "24h"' },
  deadLetter: { holds: isText, form: 'the name of a queue, or its ARN' },
  durable: { holds: isText, form: 'a time, such as "15m" or "720h"' },
  require: { holds: isText, form: 'a text, such as "retry-safe,read-only"' },
  bundle: { holds: (value) => typeof value === 'boolean', form: 'true or false' },
  include: { holds: isTexts, form: 'a list of texts' },
  portions: {
    holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    form: 'an object: patterns of files, each with a "trust" and a policy',
  },
};

/**
 * The `heddle.json` of the folder at `path`; empty where `path` is a file, a folder without one, or not there. Throws CliError
 * (usage) for one that is no JSON object, or has a member that is unknown or not of its form.
 */
export function readProjectFile(path: string): ProjectSettings {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return {};
  const file = join(path, fileName);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return {};
  if (!stat.isFile() || stat.size > fileBytesMax)
    throw new CliError(`${file} must be a file of at most ${fileBytesMax} bytes.`, exitCodes.usage);
  return checked(parsed(readFileSync(file, 'utf8'), file), file);
}

function parsed(text: string, file: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new CliError(`${file} is not JSON: ${cause instanceof Error ? cause.message : ''}`, exitCodes.usage, {
      cause,
    });
  }
  throw new CliError(`${file} must be a JSON object.`, exitCodes.usage);
}

function checked(settings: object, file: string): ProjectSettings {
  for (const [name, value] of Object.entries(settings)) {
    // For editors: where the form of the file is described.
    if (name === '$schema') continue;
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member === undefined) {
      const near = suggest(name, Object.keys(members));
      throw new CliError(`${file} has "${name}", which is no setting.`, exitCodes.usage, {
        hint: near === undefined ? `Settings: ${Object.keys(members).join(', ')}.` : `Did you mean "${near}"?`,
      });
    }
    if (!member.holds(value))
      throw new CliError(
        `"${name}" in ${file} must be ${member.form}; it is ${JSON.stringify(value)}.`,
        exitCodes.usage,
      );
  }
  return settings;
}
