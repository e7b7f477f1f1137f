import { createRequire } from 'node:module';
import type { RuntimeInit } from '../../protocol/messages.ts';
import { authorityFiles } from '../../model/secrets/authority-files.ts';
import { nodePlan, type NodePlan } from '../../protocol/node-options.ts';

// `NODE_EXTRA_CA_CERTS` is read by Node at its start only. Where it has what the service has put there, a Node that runs can be told instead, from
// 22.19 and 24.5 on.

const load = createRequire(import.meta.url);

/** What a function asks of its Node, apart from what this one can be told about whom to trust. */
export function trustedPlan({ environment, authority }: Pick<RuntimeInit, 'environment' | 'authority'>): NodePlan {
  const ours = authority !== undefined && environment['NODE_EXTRA_CA_CERTS'] === authorityFiles.own;
  return nodePlan(ours && setter() !== undefined ? { ...environment, NODE_EXTRA_CA_CERTS: undefined } : environment);
}

/** Has everything that uses TLS here trust one authority more. Takes some ten milliseconds. */
export function trust(authority: string): void {
  const set = setter();
  const all: unknown = Reflect.get(tls(), 'getCACertificates');
  if (set === undefined || typeof all !== 'function') return;
  const before: unknown = Reflect.apply(all, undefined, ['default']);
  if (Array.isArray(before)) Reflect.apply(set, undefined, [[...before, authority]]);
}

/** Types of Node know it, older Nodes do not. */
function setter(): ((...values: unknown[]) => unknown) | undefined {
  const set: unknown = Reflect.get(tls(), 'setDefaultCACertificates');
  return typeof set === 'function' ? (...values) => Reflect.apply(set, undefined, values) : undefined;
}

/** Loaded only here: TLS takes a blank container ten milliseconds and memory that few functions need. */
function tls(): object {
  const loaded: unknown = load('node:tls');
  return typeof loaded === 'object' && loaded !== null ? loaded : {};
}
