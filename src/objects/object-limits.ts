/** Limits of object storage, most of them S3's. */
export const objectLimits = {
  keyBytesMax: 1_024,
  /** Of one PUT, and of one part. */
  putBytesMax: 5_368_709_120, // 5 GiB
  /** Of an object of many parts. */
  objectBytesMax: 5_497_558_138_880, // 5 TiB
  partBytesMin: 5_242_880, // 5 MiB
  partsMax: 10_000,
  /** `x-amz-meta-*` of one object, names and values. */
  metadataBytesMax: 2_048,
  tagsMax: 10,
  bucketsPerAccountMax: 1_000,
  objectsPerAccountMax: 10_000_000,
  /** Uploads of parts that are neither completed nor aborted. */
  uploadsPerAccountMax: 1_000,
  /** They go when nothing came of them for so long. */
  uploadMsMax: 604_800_000, // 7 d
  keysListedMax: 1_000,
  keysDeletedMax: 1_000,
  /** Bodies that are documents: a complete list of 10,000 parts with a checksum each. */
  documentBytesMax: 4_194_304, // 4 MiB
  /** Who takes nothing of an answer for so long is not waited for. */
  idleMsMax: 60_000,
  /** PUTs under way, all accounts: each holds a file and a MiB. */
  writesMax: 256,
  /** Stays free on the disk, for everything else that the service keeps. */
  freeBytesMin: 268_435_456, // 256 MiB
} as const;
