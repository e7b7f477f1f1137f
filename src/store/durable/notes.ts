import type { NoteOperations } from './contracts/notes.ts';
import type { Part } from './part.ts';

export const notes: Part<NoteOperations> = {
  migrations: [`CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID`],
  open(database) {
    const get = database.prepare('SELECT text FROM notes WHERE name = ?');
    const put = database.prepare('INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text');
    const remove = database.prepare('DELETE FROM notes WHERE name = ?');
    return {
      get: (name) => {
        const text = get.get(name)?.['text'];
        return text === undefined ? undefined : String(text);
      },
      put: ({ name, text }) => void put.run(name, text),
      remove: (name) => void remove.run(name),
    };
  },
};
