import { monotonicMs } from '../clock.ts';
import type { Deadline } from '../deadline.ts';
import { type HttpRequest, type HttpResponse, httpRequest } from '../http/http-request.ts';
import { TransportError } from '../http/transport-error.ts';
import type { Log } from '../log.ts';
import { isThrottle, parseErrorBody } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';

const LIMIT_MS = 10_000;

/** Call of Huawei Cloud. */
export interface HuaweiCloudCall extends Omit<HttpRequest, 'timeoutMs'> {
  readonly service: 'iam' | 'swr';
  /** Name of the call in messages, such as "getting an IAM token". */
  readonly call: string;
  readonly deadline: Deadline;
}

/**
 * Calls Huawei Cloud, and logs how the call ended and how long it took.
 *
 * @throws {HuaweiCloudError} if no complete answer arrives.
 */
export async function callHuaweiCloud(
  { service, call, deadline, ...request }: HuaweiCloudCall,
  log: Pick<Log, 'debug'> | undefined,
): Promise<HttpResponse> {
  const startedAt = monotonicMs();
  const note = (ending: object) => {
    const { method, url } = request;
    const ms = Math.round(monotonicMs() - startedAt);
    log?.debug('called', { service, method, path: url.pathname, ...ending, ms });
  };
  try {
    const timeoutMs = Math.min(LIMIT_MS, deadline.remainingMs());
    const answer = await httpRequest({ ...request, timeoutMs });
    const { status, body } = answer;
    const { code } = status < 400 ? {} : parseErrorBody(body);
    note({ status, code, throttled: isThrottle({ status, code }) });
    return answer;
  } catch (error) {
    note({ code: error instanceof TransportError ? error.code : 'UNEXPECTED' });
    throw HuaweiCloudError.fromTransport(call, error);
  }
}
