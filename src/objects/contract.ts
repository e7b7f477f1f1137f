import type { ChecksumName, ObjectChecksum } from './rules/checksums.ts';

/** A bucket of an account. Names are an account's own: others may have the same. */
export interface Bucket {
  readonly id: number;
  readonly account: string;
  readonly name: string;
  readonly createdMs: number;
  readonly region: string;
}

/** What is said of an object beside its bytes. */
export interface ObjectAbout {
  /** `content-type`, `cache-control` and others that are given back with it; lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-*` without that; lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Bytes on the disk, under a name of our own, and what is known of them. */
export interface Piece {
  readonly number: number;
  readonly blob: string;
  readonly bytes: number;
  /** MD5, hexadecimal. */
  readonly md5: string;
  /** Base64, of the algorithm of its object or upload. */
  readonly checksum?: string;
  readonly modifiedMs: number;
}

/** An object. Its bytes are those of its pieces, one after the other: one, or as many as its upload had parts. */
export interface StoredObject extends ObjectAbout {
  readonly id: number;
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum?: ObjectChecksum;
  /** How many parts it was uploaded in; absent where it was not. */
  readonly parts?: number;
}

/** An upload of parts that has not ended. */
export interface Upload extends ObjectAbout {
  readonly id: string;
  readonly bucket: number;
  readonly key: string;
  readonly begunMs: number;
  readonly checksum?: { readonly name: ChecksumName; readonly type: ObjectChecksum['type'] };
}

/** One line of a list: a key, or what several begin with. */
export type Listed =
  | { readonly kind: 'object'; readonly object: ListedObject }
  | { readonly kind: 'prefix'; readonly prefix: string };

/** An object as far as lists show it. */
export type ListedObject = Pick<StoredObject, 'key' | 'bytes' | 'etag' | 'modifiedMs' | 'checksum'>;

/** Why something changed, for whoever is told of it. */
export interface Cause {
  /** `ObjectCreated:Put` */
  readonly event: string;
  readonly requestId: string;
  readonly principal: string;
  readonly sourceIp: string;
}

/** One object that was written or removed. */
export interface ObjectChange {
  readonly bucket: Bucket;
  readonly object: Pick<StoredObject, 'key' | 'bytes' | 'etag'>;
  readonly cause: Cause;
  readonly atMs: number;
}
