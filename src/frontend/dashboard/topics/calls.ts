import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** How calls of the function that is named behind the colon went in the last hour, a CallStep for each ten seconds in which there was something. */
export function openCalls({ activity }: FrontendOptions): Topic {
  return {
    name: 'calls',
    ofOne: true,
    everyMs: 500,
    rows: ({ account }, functionName) =>
      new Map((activity?.rows(account, functionName) ?? []).map((step) => [step.id, step])),
  };
}
