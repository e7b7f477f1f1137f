import { XMLParser } from 'fast-xml-parser';
import { ObjectError } from '../../../../objects/errors.ts';
import { escapedXml } from '../../xml.ts';

/** What an element has in it: a text, or elements that are ready. */
export type Content = string | number | boolean | undefined | { readonly xml: string };

/** An element, or nothing where it has no content. */
export function element(name: string, content: Content): string {
  if (content === undefined) return '';
  return `<${name}>${typeof content === 'object' ? content.xml : escapedXml(String(content))}</${name}>`;
}

/** Elements in one another. */
export function elements(...parts: readonly string[]): { readonly xml: string } {
  return { xml: parts.join('') };
}

/** A whole document in S3's name space. */
export function document(name: string, ...parts: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</${name}>`;
}

/** An element of a request, with what is in it: texts, elements, or several of either. */
export type Parsed = Readonly<Record<string, unknown>>;

// Go's clients write quotes as characters by number, which the parser takes for text unless it is told of HTML's.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  htmlEntities: true,
});

/** The root of a document that a client sent. Throws MalformedXML; for one with a DOCTYPE, too, which could define entities without an end. */
export function parseDocument(body: Buffer, root: string): Parsed {
  const said = body.toString();
  if (/<!(?:DOCTYPE|ENTITY)/i.test(said)) throw malformed('it has a DOCTYPE');
  try {
    const parsed: unknown = parser.parse(said, true);
    if (typeof parsed === 'object' && parsed !== null && root in parsed) {
      const found: unknown = Reflect.get(parsed, root);
      return isParsed(found) ? found : {};
    }
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
  throw malformed(`it is no ${root}`);
}

/** Elements of a name, none or one or several. */
export function all(parent: Parsed, name: string): readonly Parsed[] {
  const found = parent[name];
  return (Array.isArray(found) ? found : [found]).filter(isParsed);
}

/** Texts of a name. */
export function texts(parent: Parsed, name: string): readonly string[] {
  const found = parent[name];
  return (Array.isArray(found) ? found : [found]).filter((each) => typeof each === 'string');
}

/** The one text of a name. */
export function text(parent: Parsed, name: string): string | undefined {
  return texts(parent, name)[0];
}

export function malformed(why: string, cause?: unknown): ObjectError {
  return new ObjectError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate: ${why}.`,
    cause,
  );
}

function isParsed(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
