import { expect, test } from '@jest/globals';
import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { answerProblems } from '../../lib/aws/answer-problems.ts';
import { answerHttp, type HttpAnswer } from '../../lib/aws/http-event.ts';
import { verifyDelivery, type WebhookEvent } from '../../lib/aws/verify-delivery.ts';
import { ServiceError } from '../../lib/failure.ts';
import type { Source, Verification } from '../../lib/sources/source.ts';
import { KeyedSource } from '../../lib/webhook/keyed-source.ts';
import { httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { recordLog } from '../support/recorded-log.ts';

/** A source that believes everything, or as a test wants it. */
function sourceOf(differences: Partial<Source> = {}): Source {
  return {
    routed: true,
    provedBy: 'topics',
    parseSecret: () => Buffer.from(''),
    verify: (): Verification => ({ verified: true }),
    interpret: () => ({ type: 'ignored', reason: 'a test' }),
    ...differences,
  };
}

async function post(source: Source, contentType: string) {
  const { log } = recordLog();
  const read = () => Promise.reject(new Error('no secret is read'));
  const sources = new Map([['x', new KeyedSource('x', source, { topics: ['t'] }, read)]]);
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(log))
    .use(verifyDelivery(sources, log))
    .use(jsonBodyParser())
    .handler((event) =>
      answerHttp(event, 200, {}, { parsed: event.body, sent: event.verified?.delivery.headers }),
    );
  const event = httpEvent({ source: 'x', headers: { 'Content-Type': contentType }, body: '{"a":1}' });
  const { statusCode, body } = await handler(event, lambdaContext());
  return { status: statusCode, body: JSON.parse(body) as unknown };
}

test('a source that sends its JSON as a text is parsed, and still sees its own headers', async () => {
  expect(await post(sourceOf({ contentType: 'any' }), 'text/plain; charset=UTF-8')).toEqual({
    status: 200,
    body: { parsed: { a: 1 }, sent: { 'content-type': 'text/plain; charset=UTF-8' } },
  });
});

test('every other source has to send it as JSON', async () => {
  expect(await post(sourceOf(), 'text/plain')).toMatchObject({ status: 415 });
});

test('while the proof can not be checked, the sender is told to come again', async () => {
  const verify = () => {
    throw new ServiceError({ code: 'TIMEOUT', message: 'no certificate', retryable: true });
  };
  expect(await post(sourceOf({ verify }), 'application/json')).toMatchObject({ status: 503 });
});

test('what goes wrong here is not shown', async () => {
  const verify = (): Verification => ({ verified: true });
  const source = sourceOf({ verify });
  const { log, lines } = recordLog();
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(log))
    .use(verifyDelivery(new Map([['x', new KeyedSource('x', source, {}, () => Promise.resolve(''))]]), log))
    .handler(() => {
      throw new Error('an inner secret');
    });
  const { statusCode, body } = await handler(httpEvent({ source: 'x' }), lambdaContext());
  expect(statusCode).toBe(500);
  expect(body).not.toContain('inner');
  expect(lines.join('\n')).toMatch(/"event":"rejected".*"status":500.*an inner secret.*"stack":/);
});
