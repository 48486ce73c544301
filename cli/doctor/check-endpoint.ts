import { resolveEndpoint } from '../../lib/endpoint.ts';
import { httpRequest } from '../../lib/http/http-request.ts';
import { type Check, check, skip } from './check.ts';

const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;
const SKEW_WARNING_SECONDS = 30;
/** AWS takes no signature beyond this. */
const SKEW_FAILED_SECONDS = 300;

interface EndpointCheck {
  readonly check: Check;
  /** How much the other clock is ahead of ours. */
  readonly skewSeconds?: number;
}

/** Whether anybody answers there, and what time it is with them. */
export async function checkEndpoint(name: string, endpoint: string): Promise<EndpointCheck> {
  let skewSeconds: number | undefined;
  const checked = await check(
    name,
    async () => {
      const url = new URL(resolveEndpoint(endpoint));
      const startedAt = Date.now();
      const { headers } = await httpRequest({
        method: 'GET',
        url,
        headers: {},
        timeoutMs: TIMEOUT_MS,
        maxBodyBytes: MAX_BODY_BYTES,
      });
      const endedAt = Date.now();
      const theirs = Date.parse(headers.date ?? '');
      // The header says whole seconds, cut off.
      if (!Number.isNaN(theirs)) skewSeconds = Math.round((theirs + 500 - (startedAt + endedAt) / 2) / 1000);
      return { message: `${url.origin} answers within ${endedAt - startedAt} ms` };
    },
    () => ({
      hint: 'Check the endpoint in the configuration, the name service, proxies and the way out of this network.',
    }),
  );
  return { check: checked, ...(skewSeconds !== undefined && { skewSeconds }) };
}

export function checkClock(name: string, skewSeconds: number | undefined): Check {
  if (skewSeconds === undefined) return skip(`clock of ${name}`, 'no endpoint has told its time');
  const away = Math.abs(skewSeconds);
  const message = away < 2 ? 'agrees with ours' : `${away} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} ours`;
  if (away < SKEW_WARNING_SECONDS) return { name: `clock of ${name}`, state: 'ok', message };
  const state = away < SKEW_FAILED_SECONDS ? 'warning' : 'failed';
  const hint =
    'Set the clock of this machine: times of events and of tasks are compared, and signatures end.';
  return { name: `clock of ${name}`, state, message, hint };
}
