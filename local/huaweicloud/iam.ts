import * as v from 'valibot';
import { type Answer, answerJson, iamError } from './answer.ts';
import { type Call, readJsonObject } from './call.ts';
import type { Cloud } from './cloud.ts';
import { accountOf, type Bearer, type IssuedToken, type Scope, type User } from './identities.ts';
import { makeId } from './names.ts';

const nameSchema = v.strictObject({ name: v.string() });
/** The two documented requests for a token, with one scope each. */
const requestSchema = v.strictObject({
  auth: v.strictObject({
    identity: v.union([
      v.strictObject({
        methods: v.strictTuple([v.literal('password')]),
        password: v.strictObject({
          user: v.strictObject({ domain: nameSchema, name: v.string(), password: v.string() }),
        }),
      }),
      v.strictObject({
        methods: v.strictTuple([v.literal('assume_role')]),
        assume_role: v.strictObject({ domain_name: v.string(), agency_name: v.string() }),
      }),
    ]),
    scope: v.union([
      v.strictObject({ domain: nameSchema }),
      v.strictObject({ project: v.union([nameSchema, v.strictObject({ id: v.string() })]) }),
    ]),
  }),
});

type TokenRequest = v.InferOutput<typeof requestSchema>['auth'];

/** `POST /v3/auth/tokens` with a password or as an agency, for a project or for the account; IAM's other requests are rejected. */
export function createToken(call: Call, cloud: Cloud): Answer {
  const request = v.safeParse(requestSchema, readJsonObject(call));
  if (!request.success)
    throw iamError(400, 'The request body is invalid: it is not a scoped request for a token.', 'IAM.0011');
  const { identity, scope: asked } = request.output.auth;
  const bearer = logIn(identity, call, cloud);
  const scope = findScope(asked, accountOf(bearer), cloud);
  const { id, token } = cloud.identities.issueToken(bearer, scope);
  const catalog = call.query.get('nocatalog') === 'true' ? {} : { catalog: listCatalog(cloud.region) };
  return answerJson(201, { token: { ...describeToken(token), ...catalog } }, { 'X-Subject-Token': id });
}

function logIn(identity: TokenRequest['identity'], call: Call, cloud: Cloud): Bearer {
  if ('assume_role' in identity) {
    const { domain_name: domain, agency_name: agency } = identity.assume_role;
    return assumeAgency(domain, agency, call, cloud);
  }
  const { domain, name, password } = identity.password.user;
  const user = cloud.identities.checkPassword(domain.name, name, password);
  checkStatus(user);
  return { user };
}

function checkStatus({ status }: User): void {
  if (status === 'expired') throw iamError(401, 'The password has expired.', 'IAM.0066');
  if (status === 'console-only')
    throw iamError(403, 'This user only supports console access, not programmatic access.', 'IAM.0081');
  if (status === 'disabled') throw iamError(403, 'This user is disabled.', 'IAM.0082');
}

/** The scope of a new token; nobody gets one for another's account. Not 401: the password was right. */
function findScope(asked: TokenRequest['scope'], account: string, cloud: Cloud): Scope {
  if ('domain' in asked) {
    if (asked.domain.name === account) return { domain: account };
    throw iamError(400, 'Could not find the domain of the scope.');
  }
  const project = cloud.identities.findProject(asked.project);
  if (project === undefined) throw iamError(400, 'Could not find the project of the scope.');
  return { project };
}

/** Lets the bearer of the token in the header act as an agency. */
function assumeAgency(domain: string, name: string, call: Call, cloud: Cloud): Bearer {
  const { user, agency: current, scope } = findToken(call, cloud);
  const unauthorized = iamError(403, 'You are not authorized to perform the requested action.');
  // Agent Operator is given for the account, and is in no token for a project; an agency can't act as another one.
  const isOperator = user.agentOperator === true && current === undefined && 'domain' in scope;
  if (!isOperator) throw unauthorized;
  const agency = cloud.identities.findAgency(domain, name);
  if (agency === undefined) throw iamError(404, `Could not find role: ${name}.`);
  if (agency.delegatedTo !== user.domain) throw unauthorized;
  return { user, agency };
}

function findToken(call: Call, cloud: Cloud): IssuedToken {
  const id = call.headers['x-auth-token'];
  if (typeof id !== 'string' || id === '')
    throw iamError(401, 'The request you have made requires authentication.');
  const token = cloud.identities.findToken(id);
  if (token === undefined) throw iamError(401, 'The token is invalid.', 'IAM.0067');
  if (token.expiresAt <= cloud.now()) throw iamError(401, 'The token has expired.', 'IAM.0066');
  return token;
}

function listCatalog(region: string): unknown[] {
  return ['iam', 'swr', 'vpc', 'ecs', 'obs'].map((type) => ({
    endpoints: [
      {
        id: makeId('endpoint', type),
        interface: 'public',
        region,
        region_id: region,
        url: `https://${type}.${region}.myhuaweicloud.com`,
      },
    ],
    id: makeId('service', type),
    name: type,
    type,
  }));
}

/** A token as IAM's answer shows it. An agency is shown as a user of its account, with who acts as it. */
function describeToken(token: IssuedToken): Record<string, unknown> {
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
