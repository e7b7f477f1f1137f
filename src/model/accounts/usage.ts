/** What was used of something: of a function in an hour, of an account since the service started. */
export interface Usage {
  readonly requests: number;
  /** Of those, the ones that ended in an error of the function. */
  readonly errors: number;
  /** Memory of the function times the time that it ran, as its REPORT line bills it. */
  readonly gbSeconds: number;
  /** Bytes that left its instances over connections. */
  readonly egressBytes: number;
}

/** What a function used in a span of time. */
export interface UsageRecord extends Usage {
  readonly account: string;
  /** Empty for the functions beyond the number that is recorded one by one. */
  readonly functionName: string;
  /** The beginning of the hour, or of the day (UTC) where it is long ago; milliseconds since the Unix epoch. */
  readonly fromMs: number;
}
