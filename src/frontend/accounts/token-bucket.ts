/** A bucket that fills at a steady pace, as it was at a moment. */
export interface Bucket {
  readonly tokens: number;
  /** On the service's clock, milliseconds. */
  readonly at: number;
}

/** How fast a bucket fills, and how much goes into it. */
export interface BucketSize {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** One token was asked for: what the bucket is after that, and how long to wait for one where there is none, milliseconds; else 0. */
export interface Taken {
  readonly bucket: Bucket;
  readonly waitMs: number;
}

/** One that is full. */
export function fullBucket({ atOnce }: BucketSize, now: number): Bucket {
  return { tokens: atOnce, at: now };
}

/** Takes a token, if there is one. Pure. A bucket that has become smaller holds no more than it can. */
export function takeToken({ tokens, at }: Bucket, { perSecond, atOnce }: BucketSize, now: number): Taken {
  const filled = Math.min(atOnce, tokens + (Math.max(0, now - at) * perSecond) / 1_000);
  if (filled >= 1) return { bucket: { tokens: filled - 1, at: now }, waitMs: 0 };
  return { bucket: { tokens: filled, at: now }, waitMs: ((1 - filled) * 1_000) / perSecond };
}
