import { type Answer, answerJson, Refusal } from './answer.ts';
import { type Call, isRecord, readJsonObject } from './call.ts';
import type { CloudState } from './cloud.ts';
import { refuseByIam, shapeIamError } from './errors.ts';
import { makeId, type Token, type User } from './identities.ts';

interface TokenRequest {
  domain: string;
  user: string;
  password: string;
  scope: { name: string } | { id: string };
}

/** `POST /v3/auth/tokens` with a password, scoped to a project: no other method and no other scope is known here. */
export function createToken(call: Call, cloud: CloudState): Answer {
  const request = readTokenRequest(readJsonObject(call));
  if (request === undefined) {
    throw refuseByIam(400, 'IAM.0011', 'The request body is invalid: it is not a scoped password request.');
  }
  const user = cloud.identities.checkPassword(request.domain, request.user, request.password);
  checkStatus(user);
  const project = cloud.identities.findProject(request.scope);
  if (project === undefined) {
    // Not 401: the password was right, and a client must not take this for a failed login.
    throw new Refusal(answerJson(400, shapeIamError(400, 'Could not find the project of the scope.')));
  }
  const { id, token } = cloud.identities.issueToken(user, project);
  const catalog = call.query.get('nocatalog') === 'true' ? {} : { catalog: listCatalog(cloud.region) };
  return answerJson(201, { token: { ...describeToken(token), ...catalog } }, { 'X-Subject-Token': id });
}

function checkStatus({ status }: User): void {
  if (status === 'expired') throw refuseByIam(401, 'IAM.0066', 'The password has expired.');
  if (status === 'console-only') {
    throw refuseByIam(403, 'IAM.0081', 'This user only supports console access, not programmatic access.');
  }
  if (status === 'disabled') throw refuseByIam(403, 'IAM.0082', 'This user is disabled.');
}

function readTokenRequest(body: unknown): TokenRequest | undefined {
  const auth = pick(pick(body, ['auth'])?.['auth'], ['identity', 'scope']);
  const identity = pick(auth?.['identity'], ['methods', 'password']);
  const user = pick(pick(identity?.['password'], ['user'])?.['user'], ['domain', 'name', 'password']);
  const domain = pick(user?.['domain'], ['name'])?.['name'];
  const project = pick(auth?.['scope'], ['project'])?.['project'];
  const projectName = pick(project, ['name'])?.['name'];
  const projectId = pick(project, ['id'])?.['id'];
  const { name, password } = { name: user?.['name'], password: user?.['password'] };
  if (JSON.stringify(identity?.['methods']) !== '["password"]') return undefined;
  if (typeof domain !== 'string' || typeof name !== 'string' || typeof password !== 'string')
    return undefined;
  if (typeof projectName === 'string') return { domain, user: name, password, scope: { name: projectName } };
  if (typeof projectId === 'string') return { domain, user: name, password, scope: { id: projectId } };
  return undefined;
}

/** The value as an object with these keys and no others, or undefined. */
function pick(value: unknown, keys: string[]): Record<string, unknown> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.keys(value).toSorted().join() === keys.toSorted().join() ? value : undefined;
}

function describeToken({ user, project, issuedAt, expiresAt }: Token): Record<string, unknown> {
  const domain = { id: makeId('domain', user.domain), name: user.domain };
  return {
    expires_at: formatMicroseconds(expiresAt),
    issued_at: formatMicroseconds(issuedAt),
    methods: ['password'],
    project: { domain, id: project.id, name: project.name },
    roles: [{ id: '0', name: 'te_admin' }],
    user: { domain, id: makeId('user', user.domain, user.name), name: user.name, password_expires_at: '' },
  };
}

function formatMicroseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
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
