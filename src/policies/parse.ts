import { parsePolicy as parseEgress, PolicyError } from '../egress/policy/parse.ts';
import { limits } from '../model/limits.ts';
import type { SecurityPolicy } from '../model/policies/security-policy.ts';
import { PolicyInputError } from './input-error.ts';
import { policyLimits } from './limits.ts';
import { plainNames } from './names.ts';
import { readServices } from './statements.ts';

const members = ['egress', 'memoryMb', 'timeoutMs', 'env', 'secrets', 'services', 'apart'] as const;

/** Nothing at all: what somebody has whose policy is not there any more. */
export const nothing: SecurityPolicy = {
  egress: ['none'],
  env: [],
  secrets: [],
  services: [[]],
  apart: true,
};

/**
 * Reads a policy as people write it: `{"egress": "api.example.org:443", "memoryMb": 256, "timeoutMs": 3000, "env": ["STAGE", "APP_*"],
 * "secrets": ["STRIPE"], "services": ["sqs:SendMessage jobs"], "apart": true}`, each member or none. Throws PolicyInputError.
 */
export function parseSecurityPolicy(value: unknown): SecurityPolicy {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicyInputError(`A policy must be a JSON object with some of ${members.join(', ')}.`);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > policyLimits.documentBytesMax)
    throw new PolicyInputError(`A policy has ${bytes} bytes; at most ${policyLimits.documentBytesMax} are allowed.`);
  const said = new Map<string, unknown>(Object.entries(value));
  const strange = [...said.keys()].find((name) => !members.some((member) => member === name));
  if (strange !== undefined)
    throw new PolicyInputError(`A policy has "${strange.slice(0, 64)}"; it may have ${members.join(', ')} only.`);
  const { functionMemoryMbMin: mbMin, functionMemoryMbMax: mbMax, threadTimeoutMsMax: msMax } = limits;
  const egress = said.get('egress');
  const memoryMb = whole('memoryMb', said.get('memoryMb'), mbMin, mbMax);
  const timeoutMs = whole('timeoutMs', said.get('timeoutMs'), 1, msMax);
  const env = names('env', said.get('env'));
  const secrets = names('secrets', said.get('secrets'));
  const services = said.get('services');
  const apart = said.get('apart');
  if (apart !== undefined && typeof apart !== 'boolean')
    throw new PolicyInputError('`apart` of a policy must be true or false.');
  return {
    ...(egress !== undefined && { egress: [egressText(egress)] }),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(env !== undefined && { env }),
    ...(secrets !== undefined && { secrets }),
    ...(services !== undefined && { services: [readServices(services)] }),
    ...(apart === true && { apart }),
  };
}

function egressText(value: unknown): string {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!words.every((word) => typeof word === 'string'))
    throw new PolicyInputError('`egress` of a policy must be a text, or a list of its rules.');
  try {
    return parseEgress(words.join(' ')).text;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PolicyInputError(cause.message, { cause });
  }
}

function whole(name: string, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new PolicyInputError(
    `\`${name}\` of a policy must be a whole number from ${least} to ${most}; it is ${JSON.stringify(value)}.`,
  );
}

function names(member: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = all.filter((one) => typeof one === 'string');
  const odd = texts.find((text) => !/^(?:\*|[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}\*?)$/.test(text));
  if (texts.length < all.length || texts.length > policyLimits.namesMax || odd !== undefined)
    throw new PolicyInputError(
      `\`${member}\` of a policy must be a list of at most ${policyLimits.namesMax} names, with or without a * at the end` +
        `${odd === undefined ? '' : `, and not "${odd.slice(0, 64)}"`}.`,
    );
  return plainNames(texts);
}
