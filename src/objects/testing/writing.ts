import type { Write } from '../store-contract.ts';

/** What the writer of the crash test puts in its nth round: the number again and again, so that anything else can be told from it. */
export function bytesOf(round: number): Buffer {
  return Buffer.alloc(300_000, `${round}.`);
}

/** A write on no condition. */
export const write: Write = {
  conditions: {},
  cause: { event: 'ObjectCreated:Put', requestId: 'r', principal: 'p', sourceIp: '127.0.0.1' },
};
