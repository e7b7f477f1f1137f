import { randomBytes } from 'node:crypto';

/** What code in a container signs its calls with. */
export interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Credentials of the form that AWS gives to a container, which nobody accepts: SDK clients can be made, and sign, without looking for
 * others for seconds; what they call refuses them. Fresh for each container, and known to no one but its code.
 */
export function unacceptedCredentials(): FunctionCredentials {
  const bytes = randomBytes(142);
  const id = Array.from(bytes.subarray(0, 16), (byte) => base32[byte & 31]).join('');
  return {
    accessKeyId: `ASIA${id}`,
    secretAccessKey: bytes.toString('base64', 16, 46),
    sessionToken: bytes.toString('base64', 46),
  };
}
