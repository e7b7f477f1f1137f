import type { ReactNode } from 'react';

/** The heddle: threads held apart between two bars. */
export function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M7 8h18M7 24h18M11 8v5M11 19v5M16 8v6M16 18v6M21 8v5M21 19v5" />
      <circle cx="11" cy="16" r="2.2" />
      <circle cx="16" cy="16" r="1.6" />
      <circle cx="21" cy="16" r="2.2" />
    </svg>
  );
}
