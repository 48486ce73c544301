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
}

export interface Project {
  id: string;
  name: string;
}

/** What an account lets another one do in it. */
export interface Agency {
  domain: string;
  name: string;
  /** The account whose operators may act as the agency. */
  delegatedTo: string;
}
