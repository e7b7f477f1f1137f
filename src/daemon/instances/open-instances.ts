import type { FrontendOptions } from '../../frontend/context.ts';
import type { InstanceDriver } from '../../instance/contract.ts';
import type { StartGuest } from '../../warming-pool/contract.ts';
import type { Opening } from '../opening.ts';
import { instanceKind, type InstanceKind } from './instance-kind.ts';
import { whyMissing, type WhyMissing } from './missing-runtimes.ts';
import { preparation } from './preparation.ts';
import { guestStarter } from './start-guest.ts';

/** What a service runs code in. */
export interface Instances {
  readonly driver: InstanceDriver;
  readonly kind: InstanceKind;
  readonly why: WhyMissing;
  /** Makes what instances are made of, where it is not there. Idempotent. */
  readonly prepare: () => Promise<void>;
  readonly start: StartGuest;
  readonly toFrontend: Pick<FrontendOptions, 'endedRuntimes' | 'functionMbMax' | 'whyMissing'>;
}

/** Instances of this driver, one of them half started, until `undo` ends that. `report` is told what takes long. */
export function openInstances(
  { settings, logger, embedded, signal, undo }: Opening,
  driver: InstanceDriver,
  report: (line: string) => void,
): Instances {
  const { capabilities } = driver;
  const kind = instanceKind(capabilities, settings);
  const usual = { ...kind.shape, blanks: kind.basis };
  const why = whyMissing(driver);
  // A program that starts threads brings its packages along.
  const prepare = preparation(driver, settings, { usual, withAwsSdk: !embedded, why, report, logger, signal });
  const { start } = undo.use(guestStarter(driver, usual, prepare, logger));
  const endedRuntimes = capabilities.takesPrograms === true;
  const toFrontend = { endedRuntimes, functionMbMax: kind.shape.memoryMb, whyMissing: why };
  return { driver, kind, why, prepare, start, toFrontend };
}
