import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { Starter } from '../../model/functions/function.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import type { Role } from '../../policies/role.ts';
import { storedPolicy } from '../../policies/stored.ts';
import { tighten } from '../../policies/tighten.ts';
import type { AccessKey, AccountStore } from '../../store/contract.ts';
import type { AccountDocument, DocumentStore } from '../../store/documents-contract.ts';
import { roleNamed, sessionKind } from './documents.ts';
import type { PolicyBook } from './policy-book.ts';

/** Who takes a role, and with how little of it he is content. */
export interface RoleTaking {
  readonly role: Role;
  readonly session: string;
  readonly seconds: number;
  /** What he says himself, and of code that takes a role, what bounds it. */
  readonly policy?: SecurityPolicy;
  /** Names of policies of the role's account that hold, too. */
  readonly policies: readonly string[];
  /** Of code: what it hands on to what it starts. */
  readonly starter?: Pick<Starter, 'egress' | 'egressWithin' | 'tenantId'>;
}

/** Credentials of a role that was taken. */
export type RoleCredentials = AccessKey & { readonly sessionToken: string; readonly expiresAt: number };

interface Session extends RoleTaking {
  readonly key: RoleCredentials;
  readonly end: AbortController;
  /** What it may do, as it was worked out last. */
  known?: { readonly generation: number; readonly key: RoleCredentials };
}

/** That an account may have at a time. */
export const roleSessionsMax = 5_000;
/** So long after its end it is still known that it has ended. */
const rememberedMs = 600_000;
const timerMsMax = 2 ** 31 - 1;

/**
 * Who has taken a role. Kept on the disk, so that credentials last as long as they say, and not only as long as this process. What they are good for
 * is what the role says now, not when it was taken.
 */
export class RoleSessions {
  readonly #documents: DocumentStore;
  readonly #policies: PolicyBook;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(documents: DocumentStore, policies: PolicyBook, clock: Clock) {
    this.#documents = documents;
    this.#policies = policies;
    this.#clock = clock;
    for (const entry of documents.all(sessionKind)) this.#restore(entry);
  }

  /** Of an account, those that are good. */
  of(account: string): readonly RoleCredentials[] {
    const all = [...this.#sessions.values()].filter(({ key }) => key.account === account);
    return all.flatMap((session) => this.find(session.key.accessKeyId) ?? []).filter((key) => !this.#isOver(key));
  }

  async take(taking: RoleTaking): Promise<RoleCredentials> {
    const bytes = randomBytes(160);
    const createdAt = this.#clock.wall();
    const key = {
      accessKeyId: `ASIA${bytes.toString('hex', 0, 8).toUpperCase()}`,
      secretAccessKey: bytes.toString('base64', 8, 38),
      sessionToken: `hs1.${bytes.toString('base64', 38)}`,
      account: taking.role.account,
      createdAt,
      expiresAt: createdAt + taking.seconds * 1_000,
    };
    const { role, ...more } = taking;
    await this.#documents.put(key.account, sessionKind, key.accessKeyId, { ...more, ...key, role: role.name });
    const session = this.#begin(key, taking);
    return this.#current(session) ?? key;
  }

  /** Undefined for what is none, and for what was revoked or whose role is gone; one that has expired says so by its time. */
  find(accessKeyId: string): RoleCredentials | undefined {
    const session = this.#sessions.get(accessKeyId);
    return session && this.#current(session);
  }

  /** Ends all that were taken of a role until now. */
  async revoke(account: string, role: string): Promise<number> {
    const meant = [...this.#sessions.values()].filter(
      ({ key, role: own }) => key.account === account && own.name === role,
    );
    for (const session of meant) this.#end(session);
    await Promise.all(meant.map(({ key }) => this.#documents.delete(account, sessionKind, key.accessKeyId)));
    return meant.length;
  }

  /** The same, of one that another host may have given a moment ago: what that wrote is here before what follows from it. */
  look(accessKeyId: string): RoleCredentials | undefined {
    if (this.#sessions.has(accessKeyId)) return undefined;
    const entry = this.#documents.all(sessionKind).find(({ name }) => name === accessKeyId);
    if (entry !== undefined) this.#restore(entry);
    return this.find(accessKeyId);
  }

  /** Takes one as its document is, which another host has changed. */
  reread(account: string, accessKeyId: string): void {
    const document = this.#documents.get(account, sessionKind, accessKeyId);
    const known = this.#sessions.get(accessKeyId);
    if (document === undefined && known !== undefined && !this.#isOver(known.key)) this.#end(known);
    else if (document !== undefined && known === undefined)
      this.#restore({ account, kind: sessionKind, name: accessKeyId, document });
  }

  #current(session: Session): RoleCredentials | undefined {
    const { generation } = this.#policies;
    if (session.known?.generation === generation) return session.known.key;
    const { account } = session.key;
    const role = roleNamed(this.#documents, account, session.role.name);
    // A role that was removed and made anew is another.
    if (role === undefined || session.key.createdAt < Math.max(role.revokedBefore, role.createdAt)) return undefined;
    const own = this.#policies.together(account, role.policies);
    // Whose policies say nothing of operations may do none, as on AWS.
    const allowed = { ...own, services: own.services ?? [[]] };
    const said = tighten(this.#policies.together(account, session.policies), session.policy ?? {});
    const holder = {
      ...session.starter,
      policy: tighten(allowed, said),
      principal: { role: role.name, session: session.session },
    };
    const key = { ...session.key, holder, ended: session.end.signal };
    session.known = { generation, key };
    return key;
  }

  #restore({ account, name, document }: AccountDocument): void {
    const role = roleNamed(this.#documents, account, String(document['role']));
    const expiresAt = Number(document['expiresAt']);
    if (role === undefined || !(expiresAt > this.#clock.wall())) {
      // Where it cannot be deleted now, it is when somebody reads it next.
      void this.#documents.delete(account, sessionKind, name).catch(() => undefined);
      return;
    }
    const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
    const starter = Object(document['starter']);
    const key = {
      accessKeyId: name,
      secretAccessKey: String(document['secretAccessKey']),
      sessionToken: String(document['sessionToken']),
      account,
      createdAt: Number(document['createdAt']),
      expiresAt,
    };
    this.#begin(key, {
      role,
      session: String(document['session']),
      seconds: Number(document['seconds']),
      policies: texts(document['policies']),
      ...(document['policy'] !== undefined && { policy: storedPolicy(document['policy']) }),
      ...(document['starter'] !== undefined && {
        starter: {
          ...(starter.egress !== undefined && { egress: String(starter.egress) }),
          ...(starter.egressWithin !== undefined && { egressWithin: texts(starter.egressWithin) }),
          ...(starter.tenantId !== undefined && { tenantId: String(starter.tenantId) }),
        },
      }),
    });
  }

  #begin(key: RoleCredentials, taking: RoleTaking): Session {
    const session: Session = { ...taking, key, end: new AbortController() };
    this.#sessions.set(key.accessKeyId, session);
    const leftMs = Math.min(Math.max(0, key.expiresAt - this.#clock.wall()), timerMsMax);
    this.#clock.timer(leftMs, () => {
      session.end.abort();
      void this.#documents.delete(key.account, sessionKind, key.accessKeyId).catch(() => undefined);
      this.#clock.timer(rememberedMs, () => this.#sessions.delete(key.accessKeyId));
    });
    return session;
  }

  #isOver({ expiresAt }: RoleCredentials): boolean {
    return expiresAt <= this.#clock.wall();
  }

  #end(session: Session): void {
    session.end.abort();
    this.#sessions.delete(session.key.accessKeyId);
  }
}

/** Accounts whose keys may also be those of roles that were taken. */
export function withRoleSessions(accounts: AccountStore, sessions: RoleSessions): AccountStore {
  return {
    ...accounts,
    key: (id) => {
      if (!id.startsWith('ASIA')) return accounts.key(id);
      const found = sessions.find(id);
      if (found !== undefined) return Promise.resolve(found);
      // Who looks in vain there has seen by then what other hosts had told when it was asked for.
      return accounts.key(id).then((key) => key ?? sessions.look(id));
    },
  };
}
