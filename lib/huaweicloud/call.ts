import { monotonicMs } from '../clock.ts';
import { type HttpRequest, type HttpResponse, httpRequest } from '../http/http-request.ts';
import { TransportError } from '../http/transport-error.ts';
import type { Log } from '../log.ts';
import { parseErrorBody } from './error-body.ts';
import { isThrottle } from './failure.ts';

/**
 * Calls Huawei Cloud, and logs how the call ended and how long it took.
 *
 * @throws {TransportError} if no complete answer arrives.
 */
export async function callHuaweiCloud(
  service: 'iam' | 'swr',
  request: HttpRequest,
  log: Pick<Log, 'debug'> | undefined,
): Promise<HttpResponse> {
  const startedAt = monotonicMs();
  const note = (ending: object) => {
    const { method, url } = request;
    const ms = Math.round(monotonicMs() - startedAt);
    log?.debug('called', { service, method, path: url.pathname, ...ending, ms });
  };
  try {
    const answer = await httpRequest(request);
    const { status, body } = answer;
    const { code } = status < 400 ? {} : parseErrorBody(body);
    note({ status, code, throttled: isThrottle({ status, code }) });
    return answer;
  } catch (error) {
    note({ code: error instanceof TransportError ? error.code : 'UNEXPECTED' });
    throw error;
  }
}
