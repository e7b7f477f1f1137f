import type { HostId } from '../contract.ts';
import type { Beat } from './beat.ts';

/** A record that is written is seen by who watches long before; otherwise it is read, and so often. */
export const missedMs = 1_000;

/** What is known of a host's record. */
export interface KnownRecord {
  readonly process: string;
  readonly revision: number;
}

/**
 * Says when the record of a host has to be read: it is heard, and says that its record is another than the one that is known. Watches lose what was sent while their server went, and
 * the client library notices that after a minute; until then a host that was started again would be taken for one that is not there. Pure, told what is heard and what time it is.
 */
export class MissedRecords {
  readonly #askedAt = new Map<HostId, number>();

  isDue(id: HostId, known: KnownRecord | undefined, beat: Pick<Beat, 'process' | 'record'>, now: number): boolean {
    if (known?.process === beat.process && known.revision >= beat.record) {
      this.#askedAt.delete(id);
      return false;
    }
    const askedAt = this.#askedAt.get(id);
    if (askedAt === undefined || now - askedAt >= missedMs) this.#askedAt.set(id, now);
    return askedAt !== undefined && now - askedAt >= missedMs;
  }
}
