import type { SharedReply, SharedRequest } from './sharing.ts';

/** As it goes over the wire: frames have no whole numbers beyond 64 bits, so all of those are decimal digits. */
type Plain = Readonly<Record<string, unknown>>;

/** A request or reply without bigints, each as its decimal digits in text. */
export function plainSharing(message: SharedRequest | SharedReply): Plain {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [key, typeof value === 'bigint' ? value.toString() : value]),
  );
}
