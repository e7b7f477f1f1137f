import type { PredictionCounts, ProfileRecord } from '../../model/call-profiles.ts';
import type { Prediction } from '../../prediction/prediction.ts';
import type { FrontendOptions } from '../context.ts';
import type { SharedSwitches } from './shared-switches.ts';

/** What hosts tell each other. */
const told = 'prediction';

/** What other hosts have learned of an account's functions, and counted. */
export interface LearnedElsewhere {
  readonly profiles: readonly ProfileRecord[];
  readonly counts: readonly (PredictionCounts & { readonly outstanding: number })[];
}

const nothing: LearnedElsewhere = { profiles: [], counts: [] };

/** Has other hosts told what is learned here, of a service that has some; gives how they are asked. What was to be forgotten is not told here, though another host may not have heard of that yet. */
export function learnedElsewhere(
  { clusterView, prediction }: Pick<FrontendOptions, 'clusterView' | 'prediction'>,
  switches: Pick<SharedSwitches, 'forgottenAt'> | undefined,
): (account: string) => Promise<LearnedElsewhere> {
  if (clusterView === undefined || prediction === undefined) return async () => nothing;
  clusterView.tells(told, async (account) => ({
    profiles: prediction.learned(account),
    counts: prediction.snapshot(account),
  }));
  return async (account) => {
    const { found } = await clusterView.told(told, account);
    const all = found.flatMap((one) => ('profiles' in one && Array.isArray(one.profiles) ? one.profiles : []));
    const isKept = ({ name, updatedAt }: ProfileRecord): boolean =>
      isOn(prediction, account, name) && updatedAt > (switches?.forgottenAt(account, name) ?? 0);
    return {
      profiles: all.filter(isProfile).filter(isKept),
      counts: found.flatMap((one) => ('counts' in one && isCounts(one.counts) ? [one.counts] : [])),
    };
  };
}

function isOn(prediction: Prediction, account: string, name: string): boolean {
  return prediction.whyOff(account, name) === undefined;
}

/** It is another host of ours that says it. */
function isProfile(value: unknown): value is ProfileRecord {
  return typeof value === 'object' && value !== null && 'edges' in value && 'hosts' in value && 'updatedAt' in value;
}

function isCounts(value: unknown): value is LearnedElsewhere['counts'][number] {
  return typeof value === 'object' && value !== null && 'outstanding' in value && 'wasted' in value;
}
