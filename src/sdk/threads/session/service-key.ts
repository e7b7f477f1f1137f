/** A service and a key, complete. */
export interface ServiceKey {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that hold for a time. */
  readonly sessionToken?: string;
}

/** What requests are signed with. */
export function credentialsOf({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: ServiceKey): Pick<ServiceKey, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
