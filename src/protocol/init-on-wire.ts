import { ProtocolError } from '../model/errors.ts';
import type { RuntimeInit, RuntimeRequest } from './messages.ts';

/**
 * An `init` as it is sent: its environment is one text, of JSON. A process that was woken for it reads that in native code; thirty variables
 * one by one, by code that has hardly ever run there, took it a tenth of a new container's start.
 */
export type InitOnWire = Omit<RuntimeInit, 'environment'> & { readonly environment: string };

/** What goes to a runtime, as it is sent. */
export type RequestOnWire = Exclude<RuntimeRequest, RuntimeInit> | InitOnWire;

/** To be encoded. */
export function initOnWire(init: RuntimeInit): InitOnWire {
  return { ...init, environment: JSON.stringify(init.environment) };
}

/** The environment again. Throws ProtocolError if it is no object of texts. */
export function environmentOf(text: string): Record<string, string> {
  const environment: unknown = parsed(text);
  if (!isMapOfTexts(environment)) throw new ProtocolError('The `environment` of `init` is no map of texts.');
  return environment;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('The `environment` of `init` is no JSON.', { cause });
  }
}

function isMapOfTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === 'string');
}
