import type { AuxiliaryTotals } from './auxiliary-counts.ts';
import { AuxiliaryCounts } from './auxiliary-counts.ts';
import { isOfAccount } from './may-call.ts';
import type { Attestation } from './attestation.ts';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';
import type { AuxiliaryBook } from '../../store/auxiliary/contract.ts';
import { once } from '../routes/loaded-later.ts';

/** What auxiliary services are made with. */
export interface AuxiliaryParts {
  readonly book: AuxiliaryBook;
  /** Who has made a connection from inside; undefined for one that came over the network. */
  readonly callerOf: (connection: object) => AttestedCaller | undefined;
}

/** Auxiliary services as the frontend has them. */
export class Auxiliaries {
  readonly book: AuxiliaryBook;
  readonly callerOf: AuxiliaryParts['callerOf'];
  readonly counts: AuxiliaryCounts = new AuxiliaryCounts();
  /** Made for the first who calls one, or asks for its key. */
  readonly attestation: () => Promise<Attestation>;

  constructor({ book, callerOf }: AuxiliaryParts) {
    this.book = book;
    this.callerOf = callerOf;
    this.attestation = once(async () => {
      const { Attestation: Made } = await import('./attestation.ts');
      return await Made.open(book);
    });
  }

  /** What was counted of those that an account may call; without one, of all. */
  totals(account?: string, ownAccount: string = ''): readonly AuxiliaryTotals[] {
    const all = this.book.list().filter((each) => account === undefined || isOfAccount(each, account, ownAccount));
    return this.counts.totals(all.map(({ name }) => name));
  }
}
