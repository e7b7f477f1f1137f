import { useState, type ReactNode } from 'react';
import { Pre } from './scrolling.tsx';

/** A command to type elsewhere, with a button that copies it. */
export function Command({ text }: { text: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  // Pages that did not come over HTTPS, nor from this machine, have no clipboard.
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <div className="copied-command">
      <Pre label="Command">
        <code>{text}</code>
      </Pre>
      {isSecureContext && (
        <button type="button" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
