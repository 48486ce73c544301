import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchGlob } from '../../lib/cleanup/glob.ts';
import { parseRequest } from '../../lib/cleanup/request.ts';
import { checkConfig } from '../../lib/config/check-config.ts';
import { parseErrorBody } from '../../lib/huaweicloud/error-body.ts';
import { faultOfOrganization, faultOfRepository } from '../../lib/huaweicloud/names.ts';
import { findRoute } from '../../lib/routes.ts';
import { readMessage } from '../../lib/sources/envelope.ts';
import { sources } from '../../lib/sources/index.ts';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { configOf } from '../support/config.ts';
import { holds } from '../support/properties.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const target = fc.record({ remoteRegionId: word, remoteNamespace: word });
const request = fc.record(
  {
    version: fc.constant(1 as const),
    id: word,
    source: word,
    occurredAt: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
      .map((date) => date.toISOString()),
    account: word,
    namespace: word,
    repository: path,
    targets: fc.array(target, { minLength: 1, maxLength: 5 }),
  },
  { requiredKeys: ['namespace'] },
);

test('a request that was sent is read as what was meant', async () => {
  await holds(
    fc.property(request, (meant) => {
      const parsed = parseRequest(JSON.parse(JSON.stringify(meant)), { id: 'none' });
      expect(parsed).toEqual({ ok: true, value: { version: 1, id: 'none', ...meant } });
    }),
  );
});

test('a Standard Webhook is read as the request in it', async () => {
  await holds(
    fc.property(request, (data) => {
      const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1795489200' };
      const body: unknown = JSON.parse(
        JSON.stringify({ type: 'repository.deleted', timestamp: RECEIVED_AT, data }),
      );
      const meaning = standardWebhooks.interpret({ headers, rawBody: Buffer.from('') }, body);
      expect(meaning).toEqual({
        type: 'request',
        request: { version: 1, id: 'msg_1', occurredAt: RECEIVED_AT, ...data },
      });
    }),
  );
});

test('a key that is not known makes a request unreadable, whichever it is', async () => {
  const known = new Set([
    'version',
    'id',
    'source',
    'occurredAt',
    'account',
    'namespace',
    'repository',
    'targets',
    'sourceRepository',
    'offset',
  ]);
  await holds(
    fc.property(request, fc.string({ minLength: 1 }), fc.jsonValue(), (meant, key, value) => {
      fc.pre(!known.has(key) && key !== '__proto__');
      expect(parseRequest({ ...meant, [key]: value }, { id: 'none' }).ok).toBe(false);
    }),
  );
});

test('no message makes the reader fail, and nothing but an object is a request', async () => {
  const config = configOf();
  await holds(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const { type } of readMessage(text, 'm1', config))
        expect(['unreadable', 'ignored']).toContain(type);
    }),
  );
});

test.each(Object.entries(sources))('no body makes %s fail to interpret', async (_type, source) => {
  const header = fc.oneof(fc.constant(undefined), fc.string());
  const headers = fc.record({
    'x-github-event': fc.oneof(header, fc.constant('repository'), fc.constant('organization')),
    'x-gitea-event': fc.oneof(header, fc.constant('repository')),
    'x-event-key': fc.oneof(header, fc.constant('repo:deleted')),
    'content-type': fc.oneof(header, fc.constant('application/cloudevents+json')),
    'webhook-timestamp': fc.constant('1795489200'),
    'ce-type': fc.oneof(header, fc.constant('repository.deleted')),
    'ce-specversion': fc.oneof(header, fc.constant('1.0')),
  });
  const likely = fc.record(
    {
      action: fc.oneof(fc.constant('deleted'), fc.constant('delete'), fc.jsonValue()),
      event_name: fc.oneof(fc.constant('project_destroy'), fc.jsonValue()),
      type: fc.oneof(
        fc.constant('repository.deleted'),
        fc.constant('DELETE_ARTIFACT'),
        fc.constant('Notification'),
        fc.jsonValue(),
      ),
      repository: fc.jsonValue(),
      organization: fc.jsonValue(),
      data: fc.jsonValue(),
      event_data: fc.jsonValue(),
      events: fc.jsonValue(),
      target: fc.jsonValue(),
      message: fc.oneof(fc.json(), fc.string()),
    },
    { requiredKeys: [] },
  );
  await holds(
    fc.property(headers, fc.oneof(likely, fc.jsonValue()), (given, body) => {
      const delivery = { headers: given, rawBody: Buffer.from(JSON.stringify(body)) };
      const meanings = [source.interpret(delivery, body, RECEIVED_AT)].flat();
      expect(meanings.length).toBeGreaterThan(0);
    }),
  );
});

test('a route leads only to names that SWR can have', async () => {
  const { routes } = configOf({ routes: [{ from: 'github:{path+}', to: '{path}' }] });
  await holds(
    fc.property(fc.oneof(path, fc.string(), fc.string({ unit: 'grapheme' })), (name) => {
      const found = findRoute(routes, 'github', name);
      for (const { namespace, repository } of found.matched ? found.destinations : []) {
        expect([faultOfOrganization(namespace), faultOfRepository(repository)]).toEqual([
          undefined,
          undefined,
        ]);
      }
    }),
  );
});

test('a glob without stars fits itself alone', async () => {
  await holds(
    fc.property(path, path, (glob, name) => {
      expect(matchGlob(glob, name)).toBe(glob === name);
    }),
  );
});

test('a glob fits whatever its stars stand for', async () => {
  await holds(
    fc.property(path, word, path, (before, segment, after) => {
      expect(matchGlob(`${before}/*`, `${before}/${segment}`)).toBe(true);
      expect(matchGlob(`${before}/*`, `${before}/${segment}/${after}`)).toBe(false);
      expect(matchGlob(`${before}/**`, `${before}/${segment}/${after}`)).toBe(true);
      expect(matchGlob(`**/${segment}`, `${after}/${segment}`)).toBe(true);
    }),
  );
});

test('no configuration makes the check fail, and every fault has a place or concerns the whole', async () => {
  const contents = fc.record(
    {
      accounts: fc.jsonValue(),
      sources: fc.jsonValue(),
      routes: fc.jsonValue(),
      safety: fc.jsonValue(),
      events: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  await holds(
    fc.property(fc.oneof(contents, fc.jsonValue()), (value) => {
      const result = checkConfig('test', value);
      for (const fault of result.ok ? [] : result.faults) expect(fault.expected).not.toBe('');
    }),
  );
});

test('no error body makes its reader fail', async () => {
  await holds(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(typeof parseErrorBody(text).html).toBe('boolean');
    }),
  );
});
