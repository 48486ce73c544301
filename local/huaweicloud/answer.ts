import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function answerEmpty(status: number): Answer {
  return { status, headers: {}, body: '' };
}

export function answerJson(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer that ends a call early: thrown where the reason is found, sent by `runOperation`. */
export class ErrorAnswer extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`${answer.status} ${answer.body}`);
    this.name = 'ErrorAnswer';
    this.answer = answer;
  }
}

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

/** An error of IAM; some have no code of IAM's own. */
export function iamError(status: number, message: string, code?: string): ErrorAnswer {
  return new ErrorAnswer(answerJson(status, shapeIamError(status, message, code)));
}

export function shapeIamError(status: number, message: string, code?: string): unknown {
  if (code !== undefined) return { error_code: code, error_msg: message };
  return { error: { code: status, message, title: STATUS_CODES[status] ?? 'Error' } };
}

export function swrError(status: number, code: string, message: string): ErrorAnswer {
  return new ErrorAnswer(answerJson(status, shapeError(1, code, message)));
}

/** The gateway answers before SWR has seen the call, in a shape of its own. */
export function gatewayError(status: number, code: string, message: string): ErrorAnswer {
  return new ErrorAnswer(answerJson(status, shapeError(4, code, message)));
}

export function authenticationError(reason: string): ErrorAnswer {
  return gatewayError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${reason}`);
}

export function parameterError(message: string): ErrorAnswer {
  return swrError(400, 'SVCSTG.SWR.4000014', message);
}
