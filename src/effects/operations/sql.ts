import { textOf, type Value } from '../values/value.ts';
import type { Manner } from './draft.ts';

/** What a statement does, and in words. */
export interface SqlManner {
  readonly manner: Manner | 'none';
  readonly words: string;
}

const comments = /--[^\n]*|\/\*[^]*?\*\//g;

/** What SQL of which at least the beginning is known does. `whole`: no more comes behind it. */
export function sqlManner(text: string, whole: boolean): SqlManner {
  const statements = text
    .replaceAll(comments, ' ')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const manners = statements.map((statement) => one(statement, whole));
  const order: readonly SqlManner['manner'][] = ['unknown', 'append', 'overwrite', 'guarded', 'remove', 'read', 'none'];
  const worst = order.find((manner) => manners.some((each) => each.manner === manner));
  return manners.find(({ manner }) => manner === worst) ?? { manner: 'unknown', words: 'sends SQL that is not known' };
}

function one(statement: string, whole: boolean): SqlManner {
  const verb = /^\(?\s*([a-z]+)/i.exec(statement)?.[1]?.toUpperCase() ?? '';
  const says = (pattern: RegExp): boolean => pattern.test(statement);
  switch (verb) {
    case 'SELECT':
    case 'SHOW':
    case 'EXPLAIN':
    case 'DESCRIBE':
    case 'VALUES':
      if (says(/\b(nextval|setval)\s*\(|\binto\s+(outfile|table)\b/i))
        return { manner: 'append', words: `sends ${verb}, which changes something` };
      return { manner: 'read', words: `sends ${verb}` };
    case 'WITH':
      if (!whole || says(/\b(insert|update|delete|merge)\b/i))
        return { manner: 'unknown', words: 'sends WITH, which may write' };
      return { manner: 'read', words: 'sends WITH' };
    case 'INSERT':
      return inserted(statement, whole);
    case 'REPLACE':
    case 'MERGE':
      return { manner: 'overwrite', words: `sends ${verb}, which overwrites` };
    case 'UPDATE':
      if (!whole) return { manner: 'unknown', words: 'sends UPDATE that is put together' };
      if (says(/\bset\b[^]*\b(\w+)"?\s*=\s*"?\1"?\s*(?:[-+*/]|\|\|)/i))
        return { manner: 'append', words: 'sends UPDATE that adds to what is there' };
      return { manner: 'overwrite', words: 'sends UPDATE, which overwrites' };
    case 'DELETE':
    case 'TRUNCATE':
      return { manner: 'remove', words: `sends ${verb}` };
    case 'BEGIN':
    case 'START':
    case 'COMMIT':
    case 'ROLLBACK':
    case 'END':
    case 'SAVEPOINT':
    case 'RELEASE':
    case 'SET':
    case 'PRAGMA':
    case 'USE':
      return { manner: 'none', words: `sends ${verb}` };
    case 'CREATE':
    case 'DROP':
    case 'ALTER':
      return says(/\bif\s+(not\s+)?exists\b|^create\s+or\s+replace\b/i)
        ? { manner: 'remove', words: `sends ${verb} … IF (NOT) EXISTS` }
        : { manner: 'append', words: `sends ${verb}, which fails the second time` };
    default:
      return { manner: 'unknown', words: 'sends SQL that is not known' };
  }
}

function inserted(statement: string, whole: boolean): SqlManner {
  if (/\bon\s+conflict\b[^]*\bdo\s+nothing\b|^insert\s+(or\s+)?ignore\b/i.test(statement))
    return { manner: 'guarded', words: 'sends INSERT, once only' };
  if (/\bon\s+conflict\b|\bon\s+duplicate\s+key\b|^insert\s+or\s+replace\b/i.test(statement))
    return { manner: 'overwrite', words: 'sends INSERT that overwrites' };
  if (!whole) return { manner: 'unknown', words: 'sends INSERT that is put together' };
  return { manner: 'append', words: 'sends INSERT, which adds a row each time' };
}

/** Of a value: each text that it may be, and what is not known. */
export function sqlManners(value: Value): readonly SqlManner[] {
  const none: SqlManner = { manner: 'unknown', words: 'sends SQL that only running it would tell' };
  if (value.length === 0) return [none];
  return value.map((atom) => {
    const text = textOf([atom]);
    if (text !== undefined) return sqlManner(text, true);
    return atom.kind === 'text' ? sqlManner(atom.prefix, false) : none;
  });
}
