import { useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import { ask, keepSession, keptSession, type Session } from '../state/session.ts';
import { StateStore } from '../state/store.ts';
import { StateStream, type Connection } from '../state/stream.ts';
import { SharedContext } from '../state/use.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

/** The whole page: the sign-in, or what is behind it. */
export function App(): ReactNode {
  const [session, setSession] = useState(keptSession);
  const [notice, setNotice] = useState('');
  const signIn = async (asked: Session): Promise<void> => {
    await ask(asked, { path: '/heddle/v1/status' });
    keepSession(asked);
    setNotice('');
    setSession(asked);
  };
  const signOut = (why: string): void => {
    keepSession(undefined);
    setNotice(why);
    setSession(undefined);
  };
  if (session === undefined) return <SignIn signIn={signIn} notice={notice} />;
  return <SignedIn key={session.accessKeyId} session={session} signOut={signOut} />;
}

function SignedIn({ session, signOut }: { session: Session; signOut: (why: string) => void }): ReactNode {
  const [store] = useState(() => new StateStore());
  const [connection, setConnection] = useState<Connection>('connecting');
  const changed = useEffectEvent((next: Connection, why: string) => {
    setConnection(next);
    if (next === 'refused') signOut(`The key is not taken any more: ${why}`);
  });
  useEffect(() => {
    const stream = new StateStream(session, store, changed);
    return () => stream.stop();
  }, [session, store]);
  const shared = useMemo(() => ({ session, store, connection }), [session, store, connection]);
  return (
    <SharedContext value={shared}>
      <Shell signOut={() => signOut('')} />
    </SharedContext>
  );
}
