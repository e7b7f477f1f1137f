/** Bounds of the analysis. What is beyond them is unknown, and said to be too large. */
export const effectLimits = {
  /** Code that is parsed, of one file and of all, bytes. */
  fileBytesMax: 4_194_304, // 4 MiB
  codeBytesMax: 12_582_912, // 12 MiB
  modulesMax: 2_000,
  /** Nodes of the syntax that are looked at, counting each as often as it is. */
  stepsMax: 500_000,
  /** And processor time that it may take, ms. */
  processorMsMax: 2_000,
  /** How deep calls are followed into each other. */
  depthMax: 40,
  /** Different arguments that a function is looked at with. */
  contextsMax: 12,
  /** Values that an expression may have, each told apart. */
  alternativesMax: 16,
  /** Times that all of it is gone through, until nothing new comes. */
  passesMax: 6,
  /** Of a report. */
  effectsMax: 200,
  viaMax: 12,
  wordsLengthMax: 200,
  reportBytesMax: 131_072, // 128 KiB
  /** Of a whole analysis in a thread of its own. */
  analysisMsMax: 20_000,
  heapMb: 512,
  /** Functions that are looked at for what one calls. */
  functionsMax: 200,
  /** `heddle.effects.json`. */
  declarationBytesMax: 65_536,
} as const;
