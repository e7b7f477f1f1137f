import type { DrainState } from '../contract.ts';
import { amountIn, fieldsOf, flagIn, listIn, textIn } from '../fields.ts';

/** Kinds of work that a host is believed to list. */
const kindsMax = 64;

/** What another host asks. Throws ProtocolError where it is something else. */
export function readDrainRequest(body: unknown): { readonly draining: boolean } {
  return { draining: flagIn(fieldsOf(body), 'draining') };
}

/** What another host answers. Throws ProtocolError where it is something else. */
export function readDrainState(value: unknown): DrainState {
  const fields = fieldsOf(value);
  return {
    id: textIn(fields, 'id'),
    name: textIn(fields, 'name'),
    draining: flagIn(fields, 'draining'),
    left: listIn(fields, 'left', kindsMax).map(readLeft),
  };
}

function readLeft(value: unknown): DrainState['left'][number] {
  const fields = fieldsOf(value);
  return { what: textIn(fields, 'what'), count: amountIn(fields, 'count') };
}
