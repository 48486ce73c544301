import { answerJson, Refusal } from './answer.ts';
import type { Call } from './call.ts';
import type { CloudState } from './cloud.ts';
import { refuseByIam, shapeIamError } from './errors.ts';
import type { AgencyLogin } from './token-request.ts';
import type { Bearer, Token } from './tokens.ts';

/** Lets whoever the token in the header is of act as the agency. */
export function assumeAgency({ domain, agency: name }: AgencyLogin, call: Call, cloud: CloudState): Bearer {
  const { user, agency: current, scope } = findToken(call, cloud);
  // Agent Operator is given for the account, and is in no token for a project; an agency can't act as another one.
  const isOperator = user.agentOperator === true && current === undefined && 'domain' in scope;
  if (!isOperator) throw refuseAction();
  const agency = cloud.identities.findAgency(domain, name);
  if (agency === undefined) throw refuse(404, `Could not find role: ${name}.`);
  if (agency.delegatedTo !== user.domain) throw refuseAction();
  return { user, agency };
}

function findToken(call: Call, cloud: CloudState): Token {
  const id = call.headers['x-auth-token'];
  if (typeof id !== 'string' || id === '') {
    throw refuse(401, 'The request you have made requires authentication.');
  }
  const token = cloud.identities.tokens.find(id);
  if (token === undefined) throw refuseByIam(401, 'IAM.0067', 'The token is invalid.');
  if (token.expiresAt <= cloud.now()) throw refuseByIam(401, 'IAM.0066', 'The token has expired.');
  return token;
}

function refuseAction(): Refusal {
  return refuse(403, 'You are not authorized to perform the requested action.');
}

function refuse(status: number, message: string): Refusal {
  return new Refusal(answerJson(status, shapeIamError(status, message)));
}
