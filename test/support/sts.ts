import { type LoopbackServer, respond, startLoopbackServer } from './loopback-server.ts';

/** Caller whom STS names. */
export const CALLER = 'arn:aws:sts::123456789012:assumed-role/operator/alice';

/** STS on loopback. As the real one, it answers in XML unless JSON is requested. */
export function startSts(): Promise<LoopbackServer> {
  const answer = { GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: CALLER } } };
  return startLoopbackServer((response, { headers }) =>
    respond(response, 200, headers.accept === 'application/json' ? answer : '<GetCallerIdentityResponse/>'),
  );
}
