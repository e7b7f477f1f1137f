import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { openChannel } from '../protocol/open-channel.ts';
import { channelOpener, closeStrays } from './channels.ts';
import { startIdentityHelper } from './identity/identity.ts';
import { readProfile } from './read-profile.ts';
import { startRelay } from './relay/relay.ts';
import { serve } from './serve.ts';

/** The agent must answer when user code has taken all memory and processor time it can get. Where not allowed, so be it. */
function protectSelf(): void {
  for (const protect of [() => writeFileSync('/proc/self/oom_score_adj', '-900'), () => setPriority(-10)]) {
    try {
      protect();
    } catch {
      // An ordinary user may not.
    }
  }
}

const profile = readProfile(process.env);
closeStrays(profile);
protectSelf();
const open = channelOpener(profile);
const identity = profile.clones ? await startIdentityHelper(profile) : undefined;
// Without it containers would run, and not reach what they may reach: an end of the instance is clearer.
const relay = startRelay(profile, open(profile.relayChannel), (reason) => {
  process.stderr.write(`The agent stops: the relay ${reason}\n`);
  process.exit(1);
});
const trouble = await serve(openChannel(open(0)), profile, open, { identity, relay });
if (trouble !== undefined) process.stderr.write(`The agent stops: ${trouble.message}\n`);
process.exit(trouble === undefined ? 0 : 1);
