import type { ReactNode } from 'react';

/** A table that scrolls by itself where it is wider than its place, in a frame. */
export function TableFrame({
  label,
  bare = false,
  children,
}: {
  label: string;
  /** Without a frame: within another one. */
  bare?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    // What scrolls must be reachable with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={bare ? 'table-frame' : 'card table-frame'} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** Text as it is, which scrolls by itself. */
export function Pre({
  label,
  className = '',
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}): ReactNode {
  return (
    // What scrolls must be reachable with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={`command ${className}`} tabIndex={0} aria-label={label}>
      {children}
    </pre>
  );
}
