/** What whoever runs the service takes for what functions use. Nobody else's: there are none unless they are said. */
export interface Prices {
  /** ISO 4217, such as `EUR`. */
  readonly currency: string;
  /** Of a gigabyte of memory for a second, while a call runs. */
  readonly gbSecond: number;
  /** Of a call, whatever came of it. */
  readonly request: number;
}

/** What calls cost. `gbSeconds`: memory for as long as they ran. */
export function priceOf({ gbSecond, request }: Prices, gbSeconds: number, requests: number): number {
  return gbSecond * gbSeconds + request * requests;
}
