import type { SecurityPolicy, ServiceRules, ServiceStatement } from '../model/policies/security-policy.ts';
import { PolicyInputError } from './input-error.ts';

/** Reads back a policy in its plainest form, from what `JSON.stringify` made of one. Throws PolicyInputError for anything else. */
export function storedPolicy(value: unknown): SecurityPolicy {
  const from = objectOf(value);
  const { egress, memoryMb, timeoutMs, env, secrets, services, apart } = from;
  return {
    ...(egress !== undefined && { egress: texts(egress) }),
    ...(memoryMb !== undefined && { memoryMb: number(memoryMb) }),
    ...(timeoutMs !== undefined && { timeoutMs: number(timeoutMs) }),
    ...(env !== undefined && { env: texts(env) }),
    ...(secrets !== undefined && { secrets: texts(secrets) }),
    ...(services !== undefined && { services: listOf(services).map(rules) }),
    ...(apart === true && { apart }),
  };
}

function rules(value: unknown): ServiceRules {
  return listOf(value).map((one): ServiceStatement => {
    const { effect, actions, resources } = objectOf(one);
    if (effect !== 'Allow' && effect !== 'Deny') throw broken();
    return { effect, actions: texts(actions), resources: texts(resources) };
  });
}

function texts(value: unknown): readonly string[] {
  return listOf(value).map((one) => {
    if (typeof one !== 'string') throw broken();
    return one;
  });
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw broken();
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw broken();
  return value;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw broken();
  return Object.fromEntries(Object.entries(value));
}

function broken(): PolicyInputError {
  return new PolicyInputError('A stored policy is not of the form that this service keeps.');
}
