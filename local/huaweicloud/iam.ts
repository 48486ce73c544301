import { type Answer, answerJson, Refusal } from './answer.ts';
import { assumeAgency } from './assume-agency.ts';
import { type Call, readJsonObject } from './call.ts';
import type { CloudState } from './cloud.ts';
import { describeToken } from './describe-token.ts';
import { refuseByIam, shapeIamError } from './errors.ts';
import { makeId } from './make-id.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';
import { accountOf, type Bearer, type Scope } from './tokens.ts';
import type { User } from './users.ts';

/** `POST /v3/auth/tokens` with a password or as an agency, for a project or for the account: nothing else is known here. */
export function createToken(call: Call, cloud: CloudState): Answer {
  const request = readTokenRequest(readJsonObject(call));
  if (request === undefined) {
    throw refuseByIam(
      400,
      'IAM.0011',
      'The request body is invalid: it is not a scoped request for a token.',
    );
  }
  const bearer = logIn(request, call, cloud);
  const scope = findScope(request.scope, accountOf(bearer), cloud);
  const { id, token } = cloud.identities.tokens.issue(bearer, scope);
  const catalog = call.query.get('nocatalog') === 'true' ? {} : { catalog: listCatalog(cloud.region) };
  return answerJson(201, { token: { ...describeToken(token), ...catalog } }, { 'X-Subject-Token': id });
}

function logIn({ login }: TokenRequest, call: Call, cloud: CloudState): Bearer {
  if (login.method === 'assume_role') return assumeAgency(login, call, cloud);
  const user = cloud.identities.checkPassword(login.domain, login.user, login.password);
  checkStatus(user);
  return { user };
}

function checkStatus({ status }: User): void {
  if (status === 'expired') throw refuseByIam(401, 'IAM.0066', 'The password has expired.');
  if (status === 'console-only') {
    throw refuseByIam(403, 'IAM.0081', 'This user only supports console access, not programmatic access.');
  }
  if (status === 'disabled') throw refuseByIam(403, 'IAM.0082', 'This user is disabled.');
}

/** Nobody gets a token for an account that is another's. */
function findScope(asked: TokenRequest['scope'], account: string, cloud: CloudState): Scope {
  if ('domain' in asked) {
    if (asked.domain === account) return asked;
    throw refuseScope('Could not find the domain of the scope.');
  }
  const project = cloud.identities.findProject(asked.project);
  if (project === undefined) throw refuseScope('Could not find the project of the scope.');
  return { project };
}

/** Not 401: the password was right, and a client must not take this for a failed login. */
function refuseScope(message: string): Refusal {
  return new Refusal(answerJson(400, shapeIamError(400, message)));
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
