import { SessionOpener } from './addresses.ts';
import { connectBy } from './connection.ts';
import type { ServiceKey } from './service-key.ts';

/** Where a service is, and a key that it accepts. */
export interface ServiceAddress {
  /** Such as `https://heddle.example.com`. Of one that has several hosts, any of them, or some: it says itself where the others are. */
  readonly url: URL | string | readonly (URL | string)[];
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Of a role that was taken. */
    readonly sessionToken?: string;
  };
  /** `us-east-1` where it is not given. */
  readonly region?: string;
}

/**
 * From now on threads run on this service, whatever the environment says; those that run elsewhere are ended as by `shutdown`.
 * In browsers, which have no environment, it must come first. Resolves when the service has let it in; rejects where it does not answer, or refuses
 * the key. Throws TypeError for an address that is none.
 */
export function connect({ url, credentials, region = 'us-east-1' }: ServiceAddress): Promise<void> {
  const urls = [url].flat().map(addressOf);
  const service: ServiceKey = { url: urls[0] ?? addressOf(''), region, ...credentials };
  const opener = SessionOpener.of(service, urls);
  return connectBy(async () => {
    const session = await opener.open();
    return { session, close: async () => session.close() };
  });
}

function addressOf(url: URL | string): string {
  const address = URL.parse(String(url));
  if (address?.protocol === 'http:' || address?.protocol === 'https:') return address.href;
  throw new TypeError(`A service is at an address such as http://127.0.0.1:4333, and "${String(url)}" is none.`);
}
