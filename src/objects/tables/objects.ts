import type { DatabaseSync } from 'node:sqlite';
import type { ListedObject, ObjectAbout, StoredObject } from '../contract.ts';
import type { ObjectChecksum } from '../rules/checksums.ts';
import type { ListFrom } from '../rules/listing.ts';
import { jsonIn, jsonOf, type Row } from './values.ts';

/** Objects by bucket and key. */
export class ObjectTable {
  readonly #find;
  readonly #insert;
  readonly #remove;
  readonly #about;
  readonly #behind;
  readonly #at;

  constructor(database: DatabaseSync) {
    const listed = 'SELECT key, bytes, etag, modified_ms, checksum FROM objects WHERE bucket = ?';
    this.#find = database.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?');
    this.#insert = database.prepare(
      'INSERT INTO objects (bucket, key, bytes, etag, modified_ms, checksum, parts, about) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#remove = database.prepare('DELETE FROM objects WHERE id = ?');
    this.#about = database.prepare('UPDATE objects SET about = ? WHERE id = ?');
    this.#behind = database.prepare(`${listed} AND key > ? ORDER BY key`);
    this.#at = database.prepare(`${listed} AND key >= ? ORDER BY key`);
  }

  find(bucket: number, key: string): StoredObject | undefined {
    const row = this.#find.get(bucket, key);
    return row && objectIn(row);
  }

  /** Gives its id. */
  insert(bucket: number, object: Omit<StoredObject, 'id'>): number {
    const { key, bytes, etag, modifiedMs, checksum, parts, headers, metadata, tags } = object;
    const about = JSON.stringify({ headers, metadata, tags });
    const result = this.#insert.run(bucket, key, bytes, etag, modifiedMs, jsonOf(checksum), parts ?? null, about);
    return Number(result.lastInsertRowid);
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  setAbout(id: number, { headers, metadata, tags }: ObjectAbout): void {
    this.#about.run(JSON.stringify({ headers, metadata, tags }), id);
  }

  /** In the order of their keys' bytes, read as they are taken; nothing else may be done with this table meanwhile but to leave. */
  *from(bucket: number, { key, inclusive }: ListFrom): Generator<ListedObject, void> {
    for (const row of (inclusive ? this.#at : this.#behind).iterate(bucket, key)) yield listedIn(row);
  }
}

function listedIn(row: Row): ListedObject {
  const checksum: ObjectChecksum | null = JSON.parse(jsonIn(row, 'checksum'));
  return {
    key: String(row['key']),
    bytes: Number(row['bytes']),
    etag: String(row['etag']),
    modifiedMs: Number(row['modified_ms']),
    ...(checksum && { checksum }),
  };
}

function objectIn(row: Row): StoredObject {
  const about: ObjectAbout = JSON.parse(jsonIn(row, 'about'));
  const { parts } = row;
  return { ...listedIn(row), id: Number(row['id']), ...about, ...(parts !== null && { parts: Number(parts) }) };
}
