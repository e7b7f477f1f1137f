import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** Trees that are shown at once; of others, one by its name. */
const profilesMax = 100;

/** What the account's functions call, a ProfileShown for each that calls something; or behind the colon the name of one. */
export function openProfiles({ prediction }: FrontendOptions): Topic {
  return {
    name: 'profiles',
    ofOne: true,
    everyMs: 1_000,
    isThere: ({ account }) => (prediction?.callers(account).length ?? 0) > 0,
    rows({ account }, name) {
      const names = name === '' ? (prediction?.callers(account).slice(0, profilesMax) ?? []) : [name];
      return new Map(names.flatMap((one) => (prediction === undefined ? [] : [[one, prediction.show(account, one)]])));
    },
  };
}
