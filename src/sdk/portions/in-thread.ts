import { markPortion, type MarkPortion } from './make.ts';

function refuse(module: URL | string): never {
  throw new TypeError(
    `A thread was to make a portion of ${String(module)}, and has nothing that bundles modules. Give \`untrusted\` a function, or code as a text ` +
      '(`untrusted.source`), or make the portion in the program.',
  );
}

/** The same in a thread, which has no bundler. */
export const untrusted: MarkPortion = markPortion('untrusted', refuse);

/** The same in a thread, which has no bundler. */
export const trusted: MarkPortion = markPortion('trusted', refuse);
