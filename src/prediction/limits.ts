/** What is kept of profiles, and what may be done because of them. */
export const predictionLimits = {
  /** Functions of one account that have a profile, and of all together: those that were called longest ago give way. */
  functionsOfAccountMax: 500,
  functionsMax: 10_000,
  /** Others that one function is known to call; the one that it calls least gives way. */
  calleesMax: 16,
  hostsMax: 16,
  hostCharactersMax: 253,
  /** So many runs count: what was before weighs half with every so many. */
  runsMax: 32,
  /** What was learned weighs half after so long, ms. */
  halfLifeMs: 604_800_000, // 7 days
  /** How far a tree of calls is looked along, and how many calls of it. */
  depthMax: 8,
  nodesMax: 64,
  /** Containers of one function that one decision may ask for, and that an account and all may have asked for and not used. */
  perCalleeMax: 8,
  outstandingOfAccountMax: 16,
  outstandingMax: 64,
  /** What follows later than this is not waited for, and a container that was asked for is kept no longer, ms. */
  horizonMs: 60_000,
  leaseMsMax: 30_000,
  /** Decisions that wait for their time, of an account and of all; and how far ahead something may be due that is foreseen, ms. */
  deferredOfAccountMax: 100,
  deferredMax: 1_000,
  dueMsMax: 1_000_000,
} as const;
