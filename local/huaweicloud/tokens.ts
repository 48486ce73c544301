export interface NewUser {
  domain: string;
  name: string;
  password: string;
  status?: 'enabled' | 'disabled' | 'console-only' | 'locked' | 'expired';
  accessKey?: { ak: string; sk: string };
  /** Has Agent Operator for its account, and so may act as each agency that is delegated to it. */
  agentOperator?: boolean;
}

export interface User extends NewUser {
  failuresAt: number[];
  lockedUntil: number;
  /** Wrong signatures in a row. */
  signatureFailures: number;
  accessKeyLockedUntil: number;
}

export interface Project {
  id: string;
  name: string;
}

/** Agency: an account's permission for another one to act in it. */
export interface Agency {
  domain: string;
  name: string;
  /** The account whose operators may act as the agency. */
  delegatedTo: string;
}

export interface Bearer {
  /** Who has logged in. */
  user: User;
  /** Agency as which the user acts, if any. */
  agency?: Agency;
}

/** One project, or the whole account. */
export type Scope = { project: Project } | { domain: string };

export interface IssuedToken extends Bearer {
  scope: Scope;
  issuedAt: number;
  expiresAt: number;
}

export interface TokenSettings {
  lifetimeMs: number;
  bytes: number;
}

/** In whose account its bearer acts. */
export function accountOf({ user, agency }: Bearer): string {
  return (agency ?? user).domain;
}
