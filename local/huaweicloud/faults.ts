import { type Answer, answerEmpty, type ErrorShape, shapeError, shapeIamError } from './answer.ts';
import type { Operation } from './call.ts';

/**
 * Injected fault of a call. `status`, `code`, `message`, `shape` and `body` replace the answer, `hang` and `reset`
 * lose it: in both cases nothing is done, unless `afterwards` says so. All others leave the answer as it is.
 */
export interface Fault {
  status?: number;
  code?: string;
  message?: string;
  shape?: ErrorShape;
  /** Sent as it is: empty, a proxy's HTML, half of a JSON text. */
  body?: string;
  headers?: Record<string, string>;
  /** Also of an answer that is otherwise normal: `X-Subject-Token`. */
  omitHeaders?: string[];
  delayMs?: number;
  /** Cuts the connection before the headers, or in the middle of the body. */
  reset?: 'headers' | 'body';
  hang?: boolean;
  /** Sends the body byte by byte. */
  drip?: { everyMs: number };
  /** The operation takes effect, and only its answer is lost or replaced. */
  afterwards?: boolean;
}

interface Rule {
  operation: Operation;
  fault: Fault;
  first: number;
  end: number;
  calls: number;
}

/** Gives what goes wrong with a call of that operation; undefined if nothing does. */
export type ChooseFault = (operation: Operation) => Fault | undefined;

/** Which call of which operation goes wrong how. Where two faults meet, the one that was added last wins. */
export class FaultScript {
  #rules: Rule[] = [];
  #choose: ChooseFault | undefined;

  add(operation: Operation, fault: Fault, { nth = 1, times = 1 } = {}): void {
    this.#rules.unshift({ operation, fault, first: nth, end: nth + times, calls: 0 });
  }

  /** Is asked about the calls that no rule is for. */
  chooseOthers(choose: ChooseFault): void {
    this.#choose = choose;
  }

  clear(): void {
    this.#rules = [];
    this.#choose = undefined;
  }

  /** Counts a call, and gives what goes wrong with it. */
  take(operation: Operation): Fault {
    const rules = this.#rules.filter((rule) => rule.operation === operation);
    for (const rule of rules) rule.calls += 1;
    const rule = rules.find(({ calls, first, end }) => calls >= first && calls < end);
    return rule?.fault ?? this.#choose?.(operation) ?? {};
  }
}

/** The answer in place of the true one, if the fault has one. */
export function replaceAnswer(fault: Fault, operation: Operation): Answer | undefined {
  const { code, message = 'This fault was asked for.', shape, body } = fault;
  if ((fault.status ?? code ?? fault.message ?? shape ?? body) === undefined) return undefined;
  const status = fault.status ?? (body === undefined ? readStatus(code) : 200);
  if (body !== undefined) return withBody(status, body);
  if (status < 400) return answerEmpty(status);
  if (operation === 'createToken' && shape === undefined) {
    return withBody(status, JSON.stringify(shapeIamError(status, message, code)));
  }
  const usual = code?.startsWith('APIGW.') ? 4 : 1;
  return withBody(
    status,
    JSON.stringify(shapeError(shape ?? usual, code ?? `SVCSTG.SWR.${status}0000`, message)),
  );
}

/** Reads change nothing, so a body that breaks off can be the true one. */
export function takesEffect(fault: Fault, operation: Operation, isReplaced: boolean): boolean {
  if (fault.afterwards === true) return true;
  if (isReplaced || fault.hang === true) return false;
  if (fault.reset === 'body') return operation !== 'createSyncTask' && operation !== 'deleteSyncTask';
  return fault.reset === undefined;
}

function withBody(status: number, body: string): Answer {
  const type = body.startsWith('<') ? 'text/html' : 'application/json';
  return { status, headers: body === '' ? {} : { 'Content-Type': type }, body };
}

/** `SVCSTG.SWR.4031032` says its status itself. */
function readStatus(code = ''): number {
  return Number(/^SVCSTG\.SWR\.(\d{3})/.exec(code)?.[1] ?? 500);
}
