import type { DatabaseSync } from 'node:sqlite';
import type { Bucket } from '../contract.ts';
import { noSuchBucket, ObjectError } from '../errors.ts';
import { objectLimits } from '../object-limits.ts';
import { checkBucketName } from '../rules/names.ts';
import { jsonIn, type Row } from './values.ts';

/** What a bucket has beside its name: tags, notifications, its I/O path; each is read by who wrote it. */
export type BucketSettings = Readonly<Record<string, unknown>>;

/** What there is of an account's objects, or of a bucket's. */
export interface Totals {
  readonly objects: number;
  readonly bytes: number;
}

/** Buckets by account and name, and access points, which are names beside them. */
export class BucketTable {
  readonly #database: DatabaseSync;
  readonly #find;
  readonly #count;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare('SELECT * FROM buckets WHERE account = ? AND name = ?');
    this.#count = database.prepare('UPDATE buckets SET objects = objects + ?, bytes = bytes + ? WHERE id = ?');
  }

  /** Throws InvalidBucketName, BucketAlreadyOwnedByYou, TooManyBuckets. */
  create(account: string, name: string, region: string, createdMs: number): void {
    checkBucketName(name);
    if (this.find(account, name) !== undefined || this.point(account, name) !== undefined)
      throw new ObjectError('BucketAlreadyOwnedByYou', `You have something called '${name}' already.`);
    const { count } =
      this.#database.prepare('SELECT count(*) AS count FROM buckets WHERE account = ?').get(account) ?? {};
    if (Number(count) >= objectLimits.bucketsPerAccountMax)
      throw new ObjectError(
        'TooManyBuckets',
        `You have ${Number(count)} buckets; an account may have ${objectLimits.bucketsPerAccountMax}.`,
      );
    this.#database
      .prepare('INSERT INTO buckets (account, name, region, created_ms) VALUES (?, ?, ?, ?)')
      .run(account, name, region, createdMs);
  }

  find(account: string, name: string): Bucket | undefined {
    const row = this.#find.get(account, name);
    return row && bucketIn(row);
  }

  /** Throws NoSuchBucket. */
  get(account: string, name: string): Bucket {
    const bucket = this.find(account, name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  list(account: string): readonly Bucket[] {
    return this.#database.prepare('SELECT * FROM buckets WHERE account = ? ORDER BY name').all(account).map(bucketIn);
  }

  /** Throws BucketNotEmpty. Uploads that have not ended are no objects: they have to be dropped by the caller. */
  remove({ id, name }: Bucket): void {
    const row = this.#database.prepare('SELECT 1 FROM objects WHERE bucket = ? LIMIT 1').get(id);
    if (row !== undefined)
      throw new ObjectError('BucketNotEmpty', `The bucket you tried to delete is not empty: '${name}'.`);
    this.#database.prepare('DELETE FROM buckets WHERE id = ?').run(id);
  }

  /** In a transaction: so many objects and bytes more, or fewer. */
  count(id: number, objects: number, bytes: number): void {
    this.#count.run(objects, bytes, id);
  }

  totals(account: string): Totals {
    const sums =
      'SELECT coalesce(sum(objects), 0) AS objects, coalesce(sum(bytes), 0) AS bytes FROM buckets WHERE account = ?';
    return totalsIn(this.#database.prepare(sums).get(account) ?? {});
  }

  totalsOf({ id }: Bucket): Totals {
    return totalsIn(this.#database.prepare('SELECT objects, bytes FROM buckets WHERE id = ?').get(id) ?? {});
  }

  settings({ id }: Bucket): BucketSettings {
    const row = this.#database.prepare('SELECT settings FROM buckets WHERE id = ?').get(id);
    return settingsIn(row) ?? {};
  }

  /** Sets one of the settings; undefined removes it. */
  set(bucket: Bucket, name: string, value: object | undefined): void {
    const { [name]: _before, ...others } = this.settings(bucket);
    const text = JSON.stringify(value === undefined ? others : { ...others, [name]: value });
    this.#database.prepare('UPDATE buckets SET settings = ? WHERE id = ?').run(text, bucket.id);
  }

  /** What an access point was set to. */
  point(account: string, name: string): BucketSettings | undefined {
    const row = this.#database.prepare('SELECT settings FROM points WHERE account = ? AND name = ?').get(account, name);
    return settingsIn(row);
  }

  points(account: string): readonly { readonly name: string; readonly settings: BucketSettings }[] {
    const rows = this.#database.prepare('SELECT * FROM points WHERE account = ? ORDER BY name').all(account);
    return rows.map((row) => ({ name: String(row['name']), settings: settingsIn(row) ?? {} }));
  }

  /** Sets an access point, or removes it. Throws BucketAlreadyOwnedByYou where a bucket has its name, TooManyBuckets. */
  setPoint(account: string, name: string, value: BucketSettings | undefined): void {
    if (value === undefined) {
      this.#database.prepare('DELETE FROM points WHERE account = ? AND name = ?').run(account, name);
      return;
    }
    checkBucketName(name);
    if (this.find(account, name) !== undefined)
      throw new ObjectError(
        'BucketAlreadyOwnedByYou',
        `An access point needs a name of its own: '${name}' is a bucket.`,
      );
    if (this.point(account, name) === undefined && this.points(account).length >= objectLimits.bucketsPerAccountMax)
      throw new ObjectError(
        'TooManyBuckets',
        `An account may have ${objectLimits.bucketsPerAccountMax} access points.`,
      );
    const upsert = 'INSERT INTO points VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET settings = excluded.settings';
    this.#database.prepare(upsert).run(account, name, JSON.stringify(value));
  }
}

function bucketIn(row: Row): Bucket {
  return {
    id: Number(row['id']),
    account: String(row['account']),
    name: String(row['name']),
    region: String(row['region']),
    createdMs: Number(row['created_ms']),
  };
}

function settingsIn(row: Row | undefined): BucketSettings | undefined {
  const settings: BucketSettings | null = JSON.parse(jsonIn(row, 'settings'));
  return settings ?? undefined;
}

function totalsIn(row: Row): Totals {
  return { objects: Number(row['objects'] ?? 0), bytes: Number(row['bytes'] ?? 0) };
}
