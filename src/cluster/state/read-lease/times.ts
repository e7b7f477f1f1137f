import { silenceMs } from '../../membership/times.ts';

/** So long after the beginning of its last proof a host answers from what it has, by its own clock, ms. */
export const believeMs = 6_000;

/** Whoever changes something waits so long at most, by his clock, until a host that does not say that it has the change answers nobody any more, ms. More than {@link believeMs}, as clocks do not run equally fast. */
export const waitMs = 6_500;

/** How often a host proves that it has all, ms. */
export const renewMs = 2_000;

/** How long one way of proving it is tried, ms. */
export const attemptMs = 1_500;

/** How long a request waits where a host cannot answer now, ms; and where it has only just begun. */
export const settleMs = 1_500;
export const beginMs = 5_000;

/** A host that had proven nothing for so long after it stopped answering may be waited for by nobody, ms: others have to hear it first. With {@link believeMs} less than a silence takes, and {@link waitMs} after it. */
export const lapseMs = 2_000;

/** Until others hear a host that cannot ask them whether they do, ms. */
export const heardMs = 2_000;

/** Until another attempt where one failed, ms. */
export const againMs = 100;

/** How often it is looked at whether a host is still waited for, ms. */
export const lookMs = 250;

/** Who was not heard for so long while servers answered is no witness when they do not: dead hosts stop nobody, ms. */
export const witnessMs = 60_000;

if (believeMs * 1.05 > waitMs) throw new Error('A host must have stopped answering when nobody waits for it any more.');
if (believeMs + lapseMs >= silenceMs + waitMs)
  throw new Error('Who nobody waits for must know that he has to be heard first.');
if (renewMs + 2 * attemptMs + againMs >= believeMs)
  throw new Error('A host must be able to prove that it has all before it stops answering.');
