import { publishedVersion, type PublishedVersion } from '../../model/functions/published-version.ts';
import { testAccount as account } from './record-of.ts';
import type { StoreHome } from './store-home.ts';

/** Publishes a function as it is. */
export async function publish(home: StoreHome, name: string): Promise<PublishedVersion> {
  const version = await home
    .store()
    .versions.publish(account, name, (current, _newest, number) =>
      publishedVersion(current, { number, revisionId: `published-${number}` }),
    );
  if (version === undefined) throw new Error(`There is no function ${name} to be published.`);
  return version;
}
