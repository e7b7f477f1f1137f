/** Of a lease that nobody has seen renewed for so long, by the watcher's clock, another may take it over, after {@link graceMs}. */
export const leaseMs = 5_000;

/** So long after the beginning of its last renewal that succeeded its holder believes in it, by its own clock. What is left of {@link leaseMs} is for clocks that do not run equally fast. */
export const believeMs = 3_500;

/** How often it is renewed. */
export const renewMs = 1_000;

/** After so long an answer is not waited for any more: a leader that stands still gives none. */
export const answerMs = 1_000;

/** Until another attempt where one failed. */
export const retryMs = 100;

/** How often its holder tries to renew one that is suspended, whether those before were answered or not. */
export const suspendedRetryMs = 300;

/** Whoever takes over waits for so long after the bucket has carried out a write of its own: an election stops all renewals, and the holder comes first when it is over. */
export const graceMs = 1_500;

/**
 * So long after its last renewal a suspended lease is over for good. Longer than several elections, and shorter than the 60 s that stock clients wait for an answer: what was
 * under way when it was suspended is answered by then.
 */
export const suspendedMsMax = 45_000;

if (believeMs >= leaseMs || renewMs + 2 * answerMs + retryMs >= believeMs)
  throw new Error('A lease must be renewable more than once before its holder stops believing in it.');
if (Math.max(answerMs + retryMs, suspendedRetryMs) * 1.2 >= graceMs)
  throw new Error('Who takes over must wait for longer than a holder takes to try once more.');
