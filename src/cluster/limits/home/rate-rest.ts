/** Requests that could be let in at once by the part of a rate that no host holds, as they were at a moment. */
export interface RateRest {
  readonly requests: number;
  /** Milliseconds, on the home's clock. */
  readonly at: number;
}

/** What has grown since, with `freeParts` of `parts` that nobody holds; never more than those may let in at once. Pure. */
export function grown(
  rest: RateRest,
  rate: { readonly perSecond: number; readonly atOnce: number },
  { free, parts }: { readonly free: number; readonly parts: number },
  now: number,
): RateRest {
  const part = Math.max(0, free) / parts;
  const requests = rest.requests + (Math.max(0, now - rest.at) * rate.perSecond * part) / 1_000;
  return { requests: Math.min(rate.atOnce * part, requests), at: now };
}
