import type { Answer, Facts } from '../model/effect.ts';
import { effectLimits } from '../model/limits.ts';

/** What an author says of something that the code alone does not tell. */
export interface Declared {
  readonly facts: Partial<Facts>;
  /** Kind of data, in a word of theirs. */
  readonly data?: string;
}

/** A `heddle.effects.json`. */
export interface Declarations {
  /** By host, or `*.domain`. */
  readonly hosts: Readonly<Record<string, Declared>>;
  readonly packages: Readonly<Record<string, Declared>>;
  /** Functions that are called, by name. */
  readonly functions: Readonly<Record<string, Declared>>;
  /** Other operations, as reports name them: `aws dynamodb PutItem`, `sql write`; `*` at the end stands for anything. */
  readonly operations: Readonly<Record<string, Declared>>;
  /** Values of environment variables that name functions, queues and hosts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the function itself, whatever was found. */
  readonly function: Declared;
}

/** The file that says it, beside the code. */
export const declarationsFile = 'heddle.effects.json';

export const noDeclarations: Declarations = {
  hosts: {},
  packages: {},
  functions: {},
  operations: {},
  environment: {},
  function: { facts: {} },
};

/** A file that says something that cannot be meant. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

const answers: Readonly<Record<string, keyof Facts>> = {
  idempotent: 'idempotent',
  retrySafe: 'retrySafe',
  deterministic: 'deterministic',
  leavesMachine: 'leavesMachine',
  personalData: 'personalData',
};
const accesses = ['none', 'read', 'write'] as const;
const textLengthMax = 200;

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new DeclarationError(`${what} in ${declarationsFile} must be a JSON object.`);
}

function declared(value: unknown, what: string): Declared {
  const facts: Record<string, Answer | (typeof accesses)[number]> = {};
  let data: string | undefined;
  for (const [name, said] of Object.entries(objectOf(value, what))) {
    const key = answers[name];
    const access = accesses.find((each) => each === said);
    if (key !== undefined && typeof said === 'boolean') facts[key] = said ? 'yes' : 'no';
    else if (name === 'access' && access !== undefined) facts['access'] = access;
    else if (name === 'data' && typeof said === 'string' && said.length <= textLengthMax) data = said;
    else
      throw new DeclarationError(
        `"${name}" of ${what} in ${declarationsFile} must be one of access ("${accesses.join('", "')}"), ${Object.keys(answers).join(', ')} (true or false) and data (a text); it is ${JSON.stringify(said)}.`,
      );
  }
  // What only reads can be done as often as one likes, where nothing else is said.
  const isRead = facts['access'] === 'read' || facts['access'] === 'none';
  return {
    facts: { ...(isRead && { idempotent: 'yes', retrySafe: 'yes' }), ...facts },
    ...(data !== undefined && { data }),
  };
}

function all(value: unknown, what: string): Readonly<Record<string, Declared>> {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(objectOf(value, what)).map(([name, said]) => [name, declared(said, `${what}.${name}`)]),
  );
}

/** Reads a `heddle.effects.json`. Throws DeclarationError. */
export function readDeclarations(text: string | undefined): Declarations {
  if (text === undefined) return noDeclarations;
  if (text.length > effectLimits.declarationBytesMax)
    throw new DeclarationError(
      `${declarationsFile} has ${text.length} bytes; at most ${effectLimits.declarationBytesMax} are read.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DeclarationError(`${declarationsFile} is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  const { hosts, packages, functions, operations, environment, function: own, ...others } = objectOf(value, 'All');
  const other = Object.keys(others).find((name) => name !== '$schema');
  if (other !== undefined)
    throw new DeclarationError(
      `"${other}" in ${declarationsFile} is none of hosts, packages, functions, operations, environment and function.`,
    );
  const variables = environment === undefined ? {} : objectOf(environment, 'environment');
  for (const [name, said] of Object.entries(variables))
    if (typeof said !== 'string')
      throw new DeclarationError(`environment.${name} in ${declarationsFile} must be a text.`);
  return {
    hosts: all(hosts, 'hosts'),
    packages: all(packages, 'packages'),
    functions: all(functions, 'functions'),
    operations: all(operations, 'operations'),
    environment: Object.fromEntries(Object.entries(variables).map(([name, said]) => [name, String(said)])),
    function: own === undefined ? { facts: {} } : declared(own, 'function'),
  };
}
