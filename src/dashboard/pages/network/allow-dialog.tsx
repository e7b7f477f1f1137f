import type { ReactNode } from 'react';
import { Command } from '../../parts/command.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import type { EgressRow, EgressTarget } from '../../../model/dashboard/network.ts';
import { useService } from '../../state/use.ts';

/** What to type so that a function may connect to what it was refused. Nothing is changed from here: whoever widens what code may reach should do so where that is kept. */
export function AllowDialog({
  row: { functionName, thread },
  target: { to, why, policy },
  close,
}: {
  row: EgressRow;
  target: EgressTarget;
  close: () => void;
}): ReactNode {
  const service = useService();
  const arn = `arn:aws:lambda:${service?.region ?? ''}:${service?.account ?? ''}:function:${functionName}`;
  return (
    <Dialog title={`Allow ${to}`} close={close}>
      <p>It was refused: {why ?? 'nobody says why'}.</p>
      {policy === undefined ? (
        <p>That is not for the function's owner to say: ask whoever runs this service.</p>
      ) : thread === true ? (
        <>
          <p>This is code of threads. Whoever starts them says what they may reach:</p>
          <Command text={`work.with({ egress: ${JSON.stringify(policy)} })`} />
        </>
      ) : (
        <>
          <p>This rule would allow it; it counts from the next connection on:</p>
          <Command text={`heddle deploy FOLDER --name ${functionName} --egress ${quoted(policy)}`} />
          <p>or, without its folder at hand:</p>
          <Command
            text={`aws lambda tag-resource --resource ${arn} --tags ${quoted(JSON.stringify({ 'heddle:egress': policy }))}`}
          />
        </>
      )}
    </Dialog>
  );
}

/** As a shell takes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
