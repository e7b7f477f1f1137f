import type { ReactNode } from 'react';

/** Stands where nothing is, and says how something comes there: one short title, what to do, and the command to type. */
export function EmptyState({
  title,
  command,
  children,
}: {
  title: string;
  command?: string;
  children?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
      {command !== undefined && (
        <pre className="command" tabIndex={0}>
          <code>{command}</code>
        </pre>
      )}
    </div>
  );
}
