import { moduleCode } from '../platform/bundling.ts';
import { markPortion, type MarkPortion } from './make.ts';

/**
 * Marks a part of a program that is not to be trusted: a plug-in, a model's code, whatever reads what strangers send. Its calls run in an instance of its
 * own with a kernel of its own, of this program alone, with what its policy says and nothing else; what comes back is judged before anything here sees it.
 */
export const untrusted: MarkPortion = markPortion('untrusted', moduleCode);

/**
 * Marks a part of a program that may have secrets and reach what matters: its calls run in an instance where none of the rest runs, and see what its
 * policy says and nothing else.
 */
export const trusted: MarkPortion = markPortion('trusted', moduleCode);
