import type { DatabaseSync } from 'node:sqlite';
import type { ClaimInput, KeptAnswer, KeyName, KeyState } from '../contracts/events.ts';
import { bytesOf, numberOf, textOf, type Row } from './rows.ts';

/** What a key takes beside its answer, bytes, about. */
const rowBytes = 512;
/** Old keys that go whenever a new one comes: more than come, so that they do not grow. */
const goMax = 16;

/** Keys that callers gave their requests, with the answers to those. */
export class Keys {
  readonly #get;
  readonly #insert;
  readonly #answer;
  readonly #delete;
  readonly #old;
  readonly #count;
  readonly #sum;

  constructor(database: DatabaseSync) {
    const one = 'account = ? AND function_name = ? AND key = ?';
    this.#get = database.prepare(`SELECT * FROM event_keys WHERE ${one}`);
    this.#insert = database.prepare('INSERT INTO event_keys VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?)');
    this.#answer = database.prepare(
      `UPDATE event_keys SET status = ?, headers = ?, body = ?, bytes = bytes + ? WHERE ${one}`,
    );
    this.#delete = database.prepare(`DELETE FROM event_keys WHERE ${one} RETURNING bytes`);
    this.#old = database.prepare(
      `SELECT account, function_name, key FROM event_keys WHERE claimed_ms < ? ORDER BY claimed_ms LIMIT ${goMax}`,
    );
    this.#count = database.prepare(
      `INSERT INTO event_key_accounts VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET keys = keys + excluded.keys, bytes = bytes + excluded.bytes`,
    );
    this.#sum = database.prepare('SELECT keys, bytes FROM event_key_accounts WHERE account = ?');
  }

  claim(input: ClaimInput): KeyState {
    const { account, functionName, key, sha256, requestId, nowMs, keepMs, keysMax, bytesMax } = input;
    this.#forgetOld(nowMs - keepMs);
    const row = this.#get.get(account, functionName, key);
    if (row !== undefined && numberOf(row, 'claimed_ms') >= nowMs - keepMs) {
      if (textOf(row, 'sha256') !== sha256) return { kind: 'other' };
      const answer = answerOf(row);
      if (answer !== undefined) return { kind: 'answered', requestId: textOf(row, 'request_id'), answer };
    }
    if (row !== undefined) this.release({ account, functionName, key });
    const sum = this.#sum.get(account);
    const [keys, bytes] = [numberOf(sum, 'keys'), numberOf(sum, 'bytes')];
    if (keys >= keysMax || bytes + rowBytes > bytesMax) {
      const why = `${keys} keys with answers of ${bytes} bytes are kept for the account; at most ${keysMax}, and ${bytesMax} bytes, may be`;
      return { kind: 'full', why };
    }
    this.#insert.run(account, functionName, key, sha256, requestId, nowMs, rowBytes);
    this.#count.run(account, 1, rowBytes);
    return { kind: row === undefined ? 'new' : 'abandoned' };
  }

  answer({ account, functionName, key }: KeyName, { status, headers, body }: KeptAnswer): void {
    const json = JSON.stringify(headers);
    const bytes = json.length + body.length;
    const { changes } = this.#answer.run(status, json, body, bytes, account, functionName, key);
    if (changes > 0) this.#count.run(account, 0, bytes);
  }

  release({ account, functionName, key }: KeyName): void {
    const gone = this.#delete.get(account, functionName, key);
    if (gone !== undefined) this.#count.run(account, -1, -numberOf(gone, 'bytes'));
  }

  #forgetOld(beforeMs: number): void {
    for (const row of this.#old.all(beforeMs))
      this.release({
        account: textOf(row, 'account'),
        functionName: textOf(row, 'function_name'),
        key: textOf(row, 'key'),
      });
  }
}

function answerOf(row: Row): KeptAnswer | undefined {
  if (row['status'] === null) return undefined;
  const headers: Readonly<Record<string, string>> = JSON.parse(textOf(row, 'headers'));
  return { status: numberOf(row, 'status'), headers, body: bytesOf(row, 'body') };
}
