import type { AuxiliaryService } from '../../model/auxiliary/auxiliary-service.ts';

/** There are as many as there may be; for people. */
export class TooManyAuxiliariesError extends Error {
  override readonly name = 'TooManyAuxiliariesError';
}

/** Which auxiliary services there are. What was changed is on the disk when a promise resolves. */
export interface AuxiliaryBook {
  get(name: string): AuxiliaryService | undefined;
  /** `kept`: it was set while a service ran, and not by settings. */
  list(): readonly (AuxiliaryService & { readonly kept: boolean })[];
  /** Rejects with TooManyAuxiliariesError. */
  set(service: AuxiliaryService): Promise<void>;
  /** Resolves to whether one was kept by that name. */
  remove(name: string): Promise<boolean>;
  /** The key by which callers are attested, as it was kept; the one that is made now where there was none. */
  key(make: () => Promise<string>): Promise<string>;
}
