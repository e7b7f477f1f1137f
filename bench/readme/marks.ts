/** What stands around the text that is generated. */
export const marks = { begin: '<!-- speed: begin -->', end: '<!-- speed: end -->' } as const;

/** `text` with `section` between the marks. Throws where they are not there, once and in order. */
export function replaceBetweenMarks(text: string, section: string): string {
  const [before, rest, ...more] = text.split(marks.begin);
  const [old, after, ...others] = (rest ?? '').split(marks.end);
  if (before === undefined || old === undefined || after === undefined || more.length + others.length > 0)
    throw new Error(`The text must hold ${marks.begin} and behind it ${marks.end}, each once.`);
  return `${before}${marks.begin}\n\n${section}\n\n${marks.end}${after}`;
}
