import { encodeValue } from './platform/values.ts';

export { decodeValue, encodeValue } from './platform/values.ts';

/** What `postMessage` takes as its second argument. */
export type Moved = readonly unknown[] | { readonly transfer?: readonly unknown[] };

/** The same for a message: ArrayBuffers in `moved` are detached here. Throws DataCloneError for what cannot be moved. */
export function encodeMessage(value: unknown, moved: Moved = []): Buffer {
  const bytes = encodeValue(value);
  const transfer = 'transfer' in moved ? (moved.transfer ?? []) : moved;
  const buffers = Array.isArray(transfer) ? transfer.filter((one) => one instanceof ArrayBuffer) : [];
  if (Array.isArray(transfer) && buffers.length < transfer.length)
    throw new DOMException('Only ArrayBuffers can be moved to or from a thread.', 'DataCloneError');
  if (buffers.length > 0) structuredClone(null, { transfer: buffers });
  return bytes;
}

/** The reason for asking a thread to stop must not keep it from being asked. */
export function encodeReason(reason: unknown): Buffer {
  try {
    return encodeValue(reason);
  } catch {
    return encodeValue(new Error(String(reason)));
  }
}
