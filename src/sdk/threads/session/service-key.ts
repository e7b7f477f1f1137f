/** A service and a key, complete. */
export interface ServiceKey {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
