/** What the thread is to look at: once, when it starts. */
export interface AnalysisData {
  /** The zip file, as it was uploaded. */
  readonly zip: string;
  readonly handler: string;
}
