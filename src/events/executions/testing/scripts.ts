import type { Script } from './scripted.ts';

/** Sleeps for an hour, and says so. */
export const sleeps: Script = async ({ event, checkpoint }) => {
  const wait = event.InitialExecutionState.Operations.find(({ Type }) => Type === 'WAIT');
  if (wait?.Status === 'SUCCEEDED') return { Status: 'SUCCEEDED', Result: '"awake"' };
  if (wait === undefined)
    await checkpoint({ Id: 'wait', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 3_600 } });
  return { Status: 'PENDING' };
};
