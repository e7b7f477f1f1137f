/** How an invocation came to its container, cheapest first. */
export const startPaths = [
  'provisioned-container',
  'reused-container',
  'new-container',
  'warm-instance',
  'cold-instance',
] as const;
/** One of {@link startPaths}. */
export type StartPath = (typeof startPaths)[number];

/** The promise: from receiving a request to the first line of user code, milliseconds. */
export const startMsPromised = 100;
/** The paths of what was asked for by nobody in advance, which are measured. */
export const unprovisionedPaths: readonly StartPath[] = startPaths.filter((path) => path !== 'provisioned-container');
/** The paths the promise is made for today. */
export const promisedPaths: readonly StartPath[] = [
  'provisioned-container',
  'reused-container',
  'new-container',
  'warm-instance',
];
