import { makeId } from './make-id.ts';
import { accountOf, type Token } from './tokens.ts';
import type { User } from './users.ts';

/** A token as IAM's answer shows it. An agency is shown as a user of its account, with who acts as it. */
export function describeToken(token: Token): Record<string, unknown> {
  const { user, agency, scope, issuedAt, expiresAt } = token;
  const domain = describeDomain(accountOf(token));
  const project = 'project' in scope && { domain, id: scope.project.id, name: scope.project.name };
  return {
    expires_at: formatMicroseconds(expiresAt),
    issued_at: formatMicroseconds(issuedAt),
    methods: [agency === undefined ? 'password' : 'assume_role'],
    ...(project === false ? { domain } : { project }),
    roles: [{ id: '0', name: 'te_admin' }],
    ...(agency === undefined
      ? { user: describeUser(user) }
      : {
          user: {
            domain,
            id: makeId('agency', agency.domain, agency.name),
            name: `${agency.domain}/${agency.name}`,
            password_expires_at: '',
          },
          assumed_by: { user: describeUser(user) },
        }),
  };
}

function describeUser({ domain, name }: User): unknown {
  return { domain: describeDomain(domain), id: makeId('user', domain, name), name, password_expires_at: '' };
}

function describeDomain(name: string): { id: string; name: string } {
  return { id: makeId('domain', name), name };
}

function formatMicroseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
