import assert from 'node:assert/strict';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { SharedReply, SharedRequest } from '../../api/sharing.ts';
import { SharingError, type SharingErrorCode } from '../../model/sharing.ts';
import { SharedObjects } from '../shared-objects.ts';
import type { SharingLimits } from '../sharing-limits.ts';

/** One account's shared objects, and a clock that moves by hand. */
export class Desk {
  readonly clock: VirtualClock = new VirtualClock();
  readonly objects: SharedObjects;
  readonly never: AbortSignal = new AbortController().signal;

  constructor(limits: Partial<SharingLimits> = {}) {
    this.objects = new SharedObjects(this.clock, limits);
  }

  ask(holder: string, request: SharedRequest, signal: AbortSignal = this.never): Promise<SharedReply> {
    return this.objects.call('account', holder, request, signal);
  }

  /** Asks for something that has a holder; its token. */
  async take(holder: string, request: SharedRequest): Promise<bigint> {
    const reply = await this.ask(holder, request);
    assert.ok(reply.type === 'granted');
    return reply.token;
  }

  release(...holders: readonly string[]): void {
    for (const holder of holders) this.objects.release('account', holder);
  }

  /** Objects that there are. */
  get count(): number {
    return this.objects.census('account').objects;
  }
}

/** For assert.rejects: an error with this code and these words. */
export function refusal(code: SharingErrorCode, words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SharingError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  };
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
