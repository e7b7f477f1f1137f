import type { CallStep } from '../../../model/dashboard/calls.ts';
import type { FrontendOptions } from '../../context.ts';
import { joinedCalls, joining } from '../over-hosts/join.ts';
import type { Topic } from '../topic.ts';

/** How calls of the function that is named behind the colon went in the last hour, a CallStep for each ten seconds in which there was something. */
export function openCalls({ activity }: FrontendOptions): Topic {
  return {
    name: 'calls',
    ofOne: true,
    everyMs: 500,
    over: { at: 'hosts', join: joining<CallStep>('calls', joinedCalls) },
    rows: ({ account }, functionName) =>
      new Map((activity?.rows(account, functionName) ?? []).map((step) => [step.id, step])),
  };
}
