import type { ServerResponse } from 'node:http';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { AGENCY_SECRET } from '../support/cloud.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

export const AGENCY = parseCredentials(AGENCY_SECRET);

type Step = 'user' | 'agency';

interface AgencyIam extends LoopbackServer {
  /** Answers that step from now on as is said here. */
  answer(step: Step, answer: (response: ServerResponse) => void): void;
}

/** An IAM that can repeat in its answers what it was sent, as the emulator can not. All of its tokens begin with `MII`. */
export async function startAgencyIam({ tokenLength = 2000 } = {}): Promise<AgencyIam> {
  const answers = new Map<Step, (response: ServerResponse) => void>();
  const server = await startLoopbackServer((response, { body }) => {
    const step = body.includes('assume_role') ? 'agency' : 'user';
    const answer = answers.get(step);
    if (answer !== undefined) return answer(response);
    const now = Date.now();
    const token = {
      issued_at: new Date(now).toISOString(),
      expires_at: new Date(now + 24 * 3_600_000).toISOString(),
    };
    respond(response, 201, { token }, { 'X-Subject-Token': `MII-${step}-`.padEnd(tokenLength, 'x') });
  });
  return { ...server, answer: (step, answer) => answers.set(step, answer) };
}
