import { parse, type Program } from 'acorn';
import { effectLimits } from '../model/limits.ts';

/** A module's code, or why it cannot be looked at. */
export type Parsed = { readonly program: Program; readonly esModule: boolean } | { readonly problem: string };

/** Parses a file; a module where it can be one. Never throws. */
export function parseModule(path: string, text: string): Parsed {
  if (text.length > effectLimits.fileBytesMax)
    return {
      problem: `${path} is too large (${text.length} bytes; at most ${effectLimits.fileBytesMax} are looked at)`,
    };
  if (path.endsWith('.json')) {
    const value = parsed(`module.exports = ${text}`, 'script');
    return typeof value === 'string'
      ? { problem: `${path} is no JSON: ${value}` }
      : { program: value, esModule: false };
  }
  const module = path.endsWith('.cjs') ? 'CommonJS by its name' : parsed(text, 'module');
  if (typeof module !== 'string') return { program: module, esModule: isEsModule(module) };
  const script = parsed(text, 'script');
  return typeof script === 'string'
    ? { problem: `${path} cannot be read: ${script}` }
    : { program: script, esModule: false };
}

function parsed(text: string, sourceType: 'module' | 'script'): Program | string {
  try {
    return parse(text, {
      ecmaVersion: 'latest',
      sourceType,
      allowHashBang: true,
      allowReturnOutsideFunction: sourceType === 'script',
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isEsModule({ body }: Program): boolean {
  return body.some(({ type }) => type === 'ImportDeclaration' || type.startsWith('Export'));
}
