import { SharingError } from '../../model/sharing.ts';
import type { SharedReply, SharedRequest } from '../../api/sharing.ts';

/** One call in a history: what was really answered, in words that a model can say too. */
export interface Call {
  readonly id: number;
  readonly holder: string;
  readonly request: SharedRequest;
  /** The call whose grant this one gives back or asks about. */
  readonly target: Call | undefined;
  readonly abort: AbortController;
  outcome: string | undefined;
  /** The token or revision that came with the answer. */
  number: bigint | undefined;
  /** Numbered in the order in which answers came. */
  answered: number | undefined;
}

const text = (value: Uint8Array | null): string => (value === null ? 'none' : new TextDecoder().decode(value));

/** A reply in words, without its token or revision, which no model can know. */
export function wordsOf(reply: SharedReply): string {
  switch (reply.type) {
    case 'arrived':
      return `arrived ${reply.index}`;
    case 'remaining':
      return `remaining ${reply.count}`;
    case 'number':
      return `number ${reply.value}`;
    case 'item':
      return `item ${text(reply.value)}`;
    case 'version':
      return `version ${text(reply.value)}`;
    case 'deleted':
      return `deleted ${reply.existed}`;
    case 'locks':
      return `locks ${JSON.stringify([reply.held, reply.pending])}`;
    default:
      return reply.type;
  }
}

/** The token or revision in a reply. */
export function numberOf(reply: SharedReply): bigint | undefined {
  if (reply.type === 'granted') return reply.token;
  return reply.type === 'put' || reply.type === 'version' ? reply.rev : undefined;
}

/** An error in words. Throws what no call should have thrown. */
export function wordsOfError(error: unknown): string {
  if (error instanceof SharingError) return `error ${error.code}`;
  if (error instanceof DOMException && error.name === 'AbortError') return 'aborted';
  throw error;
}
