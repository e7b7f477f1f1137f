import { basename } from 'node:path';
import { RuntimeFault } from '../errors/errors.ts';

/** A handler setting, taken apart. */
export interface HandlerName {
  /** Folder, absolute or below the task root, with its final slash, or empty. */
  readonly folder: string;
  /** File name without extension. */
  readonly module: string;
  /** Names to follow from the module's exports. */
  readonly exportPath: readonly string[];
}

/**
 * Takes apart `folder/file.export.path`. The file's name ends at the first dot. Throws `Runtime.MalformedHandlerName`
 * for `..` anywhere, and for a name without a dot.
 */
export function parseHandlerName(handler: string): HandlerName {
  if (handler.includes('..'))
    throw new RuntimeFault(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  const last = basename(handler);
  const dot = last.indexOf('.');
  if (dot < 0) throw new RuntimeFault('MalformedHandlerName', 'Bad handler');
  return {
    folder: handler.slice(0, handler.length - last.length),
    module: last.slice(0, dot),
    exportPath: last.slice(dot + 1).split('.'),
  };
}
