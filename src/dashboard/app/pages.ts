import { overview } from '../pages/overview/page.ts';
import type { PageSpec } from './page-spec.ts';

/** The pages, in the navigation's order. */
export const pages: readonly PageSpec[] = [overview];
