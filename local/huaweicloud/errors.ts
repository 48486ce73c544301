import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { answerJson, Refusal } from './answer.ts';

/** The error shapes that SWR and the gateway before it use. A client has to read all four. */
export type ErrorShape = 1 | 2 | 3 | 4;

export function shapeError(shape: ErrorShape, code: string, message: string): unknown {
  const row = { errorCode: code, errorMessage: message, detail: '' };
  const shapes: Record<ErrorShape, unknown> = {
    1: { errors: [row], error_code: code, error_msg: message },
    2: [row],
    3: { errorCode: code, errorMessage: message },
    4: { error_code: code, error_msg: message, request_id: randomUUID().replaceAll('-', '') },
  };
  return shapes[shape];
}

/** What IAM answers where it names no code of its own. */
export function shapeIamError(status: number, message: string): unknown {
  return { error: { code: status, message, title: STATUS_CODES[status] ?? 'Error' } };
}

export function refuseBySwr(status: number, code: string, message: string): Refusal {
  return new Refusal(answerJson(status, shapeError(1, code, message)));
}

/** The gateway answers before SWR has seen the call, in a shape of its own. */
export function refuseByGateway(status: number, code: string, message: string): Refusal {
  return new Refusal(answerJson(status, shapeError(4, code, message)));
}

export function refuseByIam(status: number, code: string, message: string): Refusal {
  return new Refusal(answerJson(status, { error_code: code, error_msg: message }));
}

export function refuseRoute(): Refusal {
  return refuseByGateway(
    404,
    'APIGW.0101',
    'The API does not exist or has not been published in the environment',
  );
}

export function refuseParameter(message: string): Refusal {
  return refuseBySwr(400, 'SVCSTG.SWR.4000014', message);
}
