import { useEffect, useRef, type ReactNode } from 'react';

/** A question or a piece of information over the page; Escape closes it, and the focus goes back to where it was. */
export function Dialog({
  title,
  close,
  children,
  actions,
}: {
  title: string;
  close: () => void;
  children: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={element} className="dialog" aria-label={title} onCancel={close}>
      <div className="dialog-inside">
        <h2>{title}</h2>
        {children}
        <div className="dialog-actions">
          <button type="button" onClick={close}>
            Close
          </button>
          {actions}
        </div>
      </div>
    </dialog>
  );
}
