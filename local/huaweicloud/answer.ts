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

/** Ends a call early: whoever finds the reason throws, and the dispatcher sends the answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`${answer.status} ${answer.body}`);
    this.name = 'Refusal';
    this.answer = answer;
  }
}
