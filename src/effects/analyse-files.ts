import { analyse } from './analyse.ts';
import { codeFilesOf } from './code/code-files.ts';
import { DeclarationError } from './facts/declarations.ts';
import type { Report } from './model/effect.ts';

/** Code that is to be looked at. */
export interface AnalysisRequest {
  readonly files: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly handler: string;
}

/** What came of it; `mistake`: what is wrong with the author's declarations. */
export type AnalysisAnswer = { readonly report: Report } | { readonly mistake: string };

/** Looks at files, whatever they are. */
export function analyseFiles({ files, handler }: AnalysisRequest): AnalysisAnswer {
  try {
    return { report: analyse(codeFilesOf(files), handler) };
  } catch (error) {
    if (error instanceof DeclarationError) return { mistake: error.message };
    throw error;
  }
}
