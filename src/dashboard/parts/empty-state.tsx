import type { ReactNode } from 'react';

/** What an empty place says. */
export interface EmptyStateProps {
  readonly title: string;
  /** What to type so that something comes there. */
  readonly command?: string;
  readonly children?: ReactNode;
}

/** Stands where nothing is, and says how something comes there: one short title, what to do, and the command to type. */
export function EmptyState({ title, command, children }: EmptyStateProps): ReactNode {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
      {command !== undefined && <code className="command">{command}</code>}
    </div>
  );
}
