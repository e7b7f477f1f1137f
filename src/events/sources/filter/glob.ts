import { PatternError } from './pattern-error.ts';

/** The texts between the stars of a wildcard: `a*c` is `a` and `c`. `\*` and `\\` stand for themselves. Throws PatternError. */
export function globParts(pattern: string): readonly string[] {
  const parts = [''];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '*') {
      if (at > 0 && pattern.charAt(at - 1) === '*' && parts.at(-1) === '')
        throw new PatternError(`The wildcard '${pattern.slice(0, 60)}' has two stars in a row.`);
      parts.push('');
      continue;
    }
    const next = pattern.charAt(at + 1);
    if (character === '\\' && next !== '*' && next !== '\\')
      throw new PatternError(`The wildcard '${pattern.slice(0, 60)}' escapes something that is neither * nor \\.`);
    parts[parts.length - 1] += character === '\\' ? pattern.charAt((at += 1)) : character;
  }
  return parts;
}
