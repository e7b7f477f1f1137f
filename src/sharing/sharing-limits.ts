import { limits } from '../model/limits.ts';

/** Those limits that depend on what is there already; the others are checked where a request is read. */
export type SharingLimits = Readonly<
  Record<
    | 'sharedObjectsPerAccountMax'
    | 'sharedWaitsPerObjectMax'
    | 'sharedWaitsPerAccountMax'
    | 'sharedBytesPerAccountMax'
    | 'sharedDictEntriesMax'
    | 'sharedSpentMsMax'
    | 'sharedDoubtMsMax'
    | 'sharedLockRowsMax',
    number
  >
>;

/** The service's own. */
export const sharingLimits: SharingLimits = limits;
