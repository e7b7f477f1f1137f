import type { ReactNode } from 'react';

/** In the place of what is not known yet: how high that is going to be nobody knows, and what is below it would be moved. */
export function Loading(): ReactNode {
  return <output className="page-loading">Loading…</output>;
}
