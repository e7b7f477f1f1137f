import type { Report } from '../../effects/model/effect.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';

/** What functions do, as far as their code tells. The same code, of the same account and handler, has one report. */
export interface EffectReports {
  /** One that is kept; undefined where there is none. */
  find(version: FunctionVersion): Promise<Report | undefined>;
  /** The same, made where there is none: in a thread of its own, which takes a while. */
  make(version: FunctionVersion): Promise<Report>;
  /** Keeps one that whoever deployed has made. Throws Error where the disk refuses. */
  keep(version: FunctionVersion, report: Report): Promise<void>;
}
