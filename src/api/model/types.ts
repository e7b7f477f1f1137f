import { ApiError } from '../errors.ts';
import type { Shape } from './shape.ts';

/** Throws SerializationException where a value of a request's JSON is of another type than the model's. Null is as if it was not there. */
export function checkType(shape: Shape, value: unknown): void {
  if (value === undefined || value === null || fits(shape, value)) return;
  throw new ApiError('SerializationException', refusal(shape, value));
}

function fits({ type }: Shape, value: unknown): boolean {
  if (type === 'string' || type === 'blob') return typeof value === 'string';
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'double') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'timestamp') return typeof value === 'number' || typeof value === 'string';
  if (type === 'list') return Array.isArray(value);
  return typeof value === 'object' && !Array.isArray(value);
}

/** As AWS's own parser says it. */
function refusal({ type }: Shape, value: unknown): string {
  if (type === 'list' && typeof value !== 'object') return 'Expected list or null';
  if (type === 'list') return 'Start of structure or map found where not expected.';
  if (type === 'structure' || type === 'map')
    return Array.isArray(value) ? 'Start of list found where not expected' : 'Expected null';
  if (typeof value === 'object')
    return `Start of ${Array.isArray(value) ? 'list' : 'structure or map'} found where not expected.`;
  return `${tokenOf(value)} can not be converted to ${javaNames[type]}`;
}

function tokenOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value !== 'number') return 'STRING_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

const javaNames = {
  string: 'String',
  blob: 'Blob',
  integer: 'Integer',
  double: 'Double',
  boolean: 'Boolean',
  timestamp: 'Timestamp',
} as const;
