import { useState, type FormEvent, type ReactNode } from 'react';
import { ServiceError, type Session } from '../state/session.ts';
import { Mark } from './mark.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** Asks for an account's key. */
export function SignIn({ signIn, notice }: { signIn: (session: Session) => Promise<void>; notice: string }): ReactNode {
  const [problem, setProblem] = useState(notice);
  const [asking, setAsking] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    setAsking(true);
    setProblem('');
    signIn({ accessKeyId: text('id'), secretAccessKey: text('secret') }).catch((error: unknown) => {
      setAsking(false);
      setProblem(error instanceof ServiceError ? error.message : `No service answers at ${location.origin}.`);
    });
  };
  return (
    <div className="sign-in">
      <header className="top">
        <span className="brand">
          <Mark /> Heddle
        </span>
        <span className="top-space" />
        <ThemeSwitch />
      </header>
      <main>
        <form className="sign-in-card" onSubmit={submit}>
          <h1>Sign in</h1>
          <p className="muted">
            With the key of an account. It stays in this tab, and every request is signed with it.
          </p>
          <label>
            Access key id
            <input name="id" autoComplete="username" autoCapitalize="off" spellCheck={false} required />
          </label>
          <label>
            Secret access key
            <input name="secret" type="password" autoComplete="current-password" required />
          </label>
          <p className="problem" role="alert">
            {problem}
          </p>
          <button className="primary" type="submit" disabled={asking}>
            {asking ? 'Signing in…' : 'Sign in'}
          </button>
          <p className="muted small">
            <code>heddle env</code> prints the key of whoever runs the service;{' '}
            <code>heddle key create --account NAME</code> makes one for another account.
          </p>
        </form>
      </main>
    </div>
  );
}
