import { verifySignature } from './ak-sk.ts';
import { authenticationError, gatewayError, swrError } from './answer.ts';
import { type Call, detectAuth } from './call.ts';
import type { Cloud } from './cloud.ts';
import { accountOf, type Project } from './identities.ts';

/**
 * Authenticates a call by its token or its signature, before anything else about it is checked.
 *
 * @returns the name of the account in which the call acts.
 */
export function authorize(call: Call, cloud: Cloud): string {
  if (detectAuth(call.headers) === 'ak-sk') {
    const user = verifySignature(call, cloud.identities, cloud.now());
    const id = call.headers['x-project-id'];
    if (typeof id === 'string') checkProject(cloud.identities.findProject({ id }), cloud.region);
    return user.domain;
  }
  const id = call.headers['x-auth-token'];
  if (typeof id !== 'string' || id === '') throw authenticationError('Get token from request header failed');
  const token = cloud.identities.findToken(id);
  if (token === undefined) {
    // Never given out, or ended early by a new password.
    throw swrError(401, 'SVCSTG.SWR.4010000', 'Authenticate failed, please obtain a new token.');
  }
  if (token.expiresAt <= cloud.now()) {
    throw gatewayError(401, 'APIGW.0307', 'The token must be updated.');
  }
  // One for the whole account is for none of its projects.
  checkProject('project' in token.scope ? token.scope.project : undefined, cloud.region);
  return accountOf(token);
}

/** A region's projects are the one named like it, and those below it: `cn-north-4_staging`. */
function checkProject(project: Project | undefined, region: string): void {
  if (project?.name === region || project?.name.startsWith(`${region}_`)) return;
  throw authenticationError(`the project is not one of ${region}`);
}
