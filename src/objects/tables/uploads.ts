import type { DatabaseSync } from 'node:sqlite';
import type { ObjectAbout, Upload } from '../contract.ts';
import { jsonIn, jsonOf, type Row } from './values.ts';

/** Uploads of parts that have not ended. */
export class UploadTable {
  readonly #database: DatabaseSync;
  readonly #find;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare('SELECT * FROM uploads WHERE id = ?');
  }

  insert({ id, bucket, key, begunMs, checksum, headers, metadata, tags }: Upload): void {
    this.#database
      .prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, bucket, key, begunMs, jsonOf(checksum), JSON.stringify({ headers, metadata, tags }));
  }

  find(id: string): Upload | undefined {
    const row = this.#find.get(id);
    return row && uploadIn(row);
  }

  remove(id: string): void {
    this.#database.prepare('DELETE FROM uploads WHERE id = ?').run(id);
  }

  /** By key and id, behind these; `max` at most. Keys that begin with `prefix`. */
  list(
    bucket: number,
    prefix: string,
    after: { readonly key: string; readonly id: string },
    max: number,
  ): readonly Upload[] {
    const query = `SELECT * FROM uploads WHERE bucket = ? AND (key, id) > (?, ?) AND substr(key, 1, ?) = ? ORDER BY key, id LIMIT ?`;
    const rows = this.#database.prepare(query).all(bucket, after.key, after.id, [...prefix].length, prefix, max);
    return rows.map(uploadIn);
  }

  countOf(account: string): number {
    const query = 'SELECT count(*) AS count FROM uploads WHERE bucket IN (SELECT id FROM buckets WHERE account = ?)';
    return Number(this.#database.prepare(query).get(account)?.['count'] ?? 0);
  }

  /** Begun before this, of all accounts. */
  begunBefore(ms: number): readonly Upload[] {
    return this.#database.prepare('SELECT * FROM uploads WHERE begun_ms < ?').all(ms).map(uploadIn);
  }

  of(bucket: number): readonly Upload[] {
    return this.#database.prepare('SELECT * FROM uploads WHERE bucket = ?').all(bucket).map(uploadIn);
  }
}

function uploadIn(row: Row): Upload {
  const about: ObjectAbout = JSON.parse(jsonIn(row, 'about'));
  const checksum: Upload['checksum'] | null = JSON.parse(jsonIn(row, 'checksum'));
  return {
    id: String(row['id']),
    bucket: Number(row['bucket']),
    key: String(row['key']),
    begunMs: Number(row['begun_ms']),
    ...about,
    ...(checksum && { checksum }),
  };
}
