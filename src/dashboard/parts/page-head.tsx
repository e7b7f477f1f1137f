import type { ReactNode } from 'react';

/** The head of a page: its title, a line that says what is there, and on the right what can be done with the whole page. */
export function PageHead({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  return (
    <header className="page-head">
      <h1>{title}</h1>
      <div className="muted page-head-line">{children}</div>
      {actions !== undefined && <div className="page-head-actions">{actions}</div>}
    </header>
  );
}
