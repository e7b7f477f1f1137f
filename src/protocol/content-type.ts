const pattern = /^[\t\x20-\x7e]{1,1024}$/;

/** Whether it can be the content type of an answer, which becomes a header of HTTP. */
export function isContentType(text: string): boolean {
  return pattern.test(text);
}
