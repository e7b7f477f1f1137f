import type { Logger } from 'pino';
import type { Settings } from '../model/functions/settings.ts';

/** What every part of a service is opened with. */
export interface Opening {
  readonly settings: Settings;
  readonly logger: Logger;
  /** The service belongs to the program in whose process it runs. */
  readonly embedded: boolean;
  /** Fires when starting is given up, and when the service ends. */
  readonly signal: AbortSignal;
  /** Ends what was opened, the last first. */
  readonly undo: AsyncDisposableStack;
}
