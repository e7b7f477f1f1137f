import { within } from '../within.ts';
import type { HomeParts } from './homes.ts';

/** How long a host that stops tries to say so, ms: while no NATS server answers nobody can be told. */
const tellMsMax = 2_000;
const untold = 'Other hosts could not be told that this one stops; they see it by its silence.';

/** Tells others that this host takes nothing more. Never rejects. */
export async function sayThatItStops({
  membership,
  clock,
  logger,
}: Pick<HomeParts, 'membership' | 'clock' | 'logger'>): Promise<void> {
  const said = membership.setDraining(true).then(
    () => true,
    (err: unknown) => logger.warn({ err }, untold),
  );
  if (!(await within(said, tellMsMax, clock))) logger.warn(untold);
}
