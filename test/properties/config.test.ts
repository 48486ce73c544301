import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { Config } from '../../lib/config/config.ts';
import { validateConfig } from '../../lib/config/validate-config.ts';
import { sources } from '../../lib/sources/index.ts';
import { holds, holdsSlowly, testProperty, testSlowProperty } from '../support/properties.ts';
import { anyText, path, word } from './values.ts';

const MARK = 'hunter2-hunter2';

const reference = fc
  .tuple(fc.constantFrom('secretsmanager', 'ssm', 'env'), word)
  .map((parts) => parts.join(':'));
const endpoint = fc.oneof(
  word.map((name) => `https://${name}.example.com`),
  word.map((name) => `https://${name}.example.com/api/`),
  fc.constantFrom('http://127.0.0.1:8080', 'env:ENDPOINT'),
);
const glob = fc.oneof(
  path.map((name) => `${name}/**`),
  fc.constantFrom('**', '*/cache', 'a/*-dev'),
);
const account = fc.record(
  { region: word, credentials: reference, iamEndpoint: endpoint, swrEndpoint: endpoint },
  { requiredKeys: ['region', 'credentials'] },
);
const routed = fc.constantFrom('acr', 'distribution', 'gitea', 'github', 'gitlab', 'harbor');
const api = fc.record({ url: endpoint, credentials: reference });
const canary = fc.oneof(
  fc.constant('acme/canary'),
  fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((owners) => owners.map((owner) => `${owner}/x`)),
);
const source = fc.oneof(
  fc.record({
    type: fc.constantFrom('bitbucket', 'gitea', 'github', 'gitlab'),
    secret: reference,
    api: fc.record({ url: endpoint, credentials: reference, canary }),
  }),
  fc.record(
    { type: routed, secret: reference, api, confirm: fc.constant(false) },
    { requiredKeys: ['type', 'secret'] },
  ),
  fc.record({ type: fc.constant('bitbucket'), secret: reference, api }),
  fc.record({ type: fc.constantFrom('cloudevents', 'standard-webhooks'), secret: reference }),
  fc.record({ type: fc.constantFrom('aws-sns', 'huawei-smn'), topics: fc.array(word, { minLength: 1 }) }),
);
/** By names, of which no two share a secret or a topic. */
const ownSources = fc
  .dictionary(
    word.filter((name) => name !== 'ecr'),
    source,
    { maxKeys: 4 },
  )
  .map((named) =>
    Object.fromEntries(
      Object.entries(named).map(([name, each]) => [
        name,
        'topics' in each
          ? { ...each, topics: each.topics.map((topic) => `${topic}:${name}`) }
          : { ...each, secret: `${each.secret}/${name}` },
      ]),
    ),
  );
const target = fc.tuple(word, word).map((parts) => parts.join('/'));
const route = fc.record(
  {
    from: fc.constantFrom('ecr:{path+}', 'ecr:a/{path}', 'ecr:{a}/{path+}'),
    to: fc.oneof(
      word.map((name) => `${name}/{path}`),
      fc.array(word, { minLength: 1, maxLength: 3 }).map((names) => names.map((name) => `${name}/x-{path}`)),
    ),
    targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    // Routes by chance often meet.
    firstDeletionCounts: fc.constant(true),
  },
  { requiredKeys: ['from', 'to', 'firstDeletionCounts'] },
);
const mode = fc.constantFrom('apply', 'dry-run');
/** A configuration as it is written, which is right. */
const right = fc.record(
  {
    accounts: fc.dictionary(word, account, { minKeys: 1, maxKeys: 3 }),
    sources: ownSources,
    routes: fc.array(route, { maxLength: 4 }),
    safety: fc.record(
      { mode, deny: fc.array(glob), maxTasksPerRequest: fc.integer({ min: 1 }) },
      { requiredKeys: [] },
    ),
    sweep: fc.record({ mode, maxPercent: fc.integer({ min: 0, max: 100 }) }, { requiredKeys: [] }),
    ledger: fc.record({ retentionDays: fc.integer({ min: 1 }) }, { requiredKeys: [] }),
    events: fc.record(
      { confirmEcr: fc.boolean(), allowedSources: fc.array(fc.string({ minLength: 1 })) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['accounts'] },
);

/** A checked configuration, written as one for which nothing is left to be filled in. */
function written({ accounts, sources: from, routes, safety, sweep, ledger, events }: Config): unknown {
  const targetsOf = ({ targets }: Config['routes'][number]) =>
    targets && { targets: targets.map((each) => `${each.remoteRegionId}/${each.remoteNamespace}`) };
  return {
    accounts,
    sources: from,
    safety,
    sweep,
    ledger,
    events,
    routes: routes.map((each) => ({ ...each, ...targetsOf(each) })),
  };
}

testSlowProperty(
  'what is right is accepted, and means the same once its defaults are written out',
  [right],
  (contents) => {
    const checked = validateConfig('test', parse(stringify(contents)));
    expect(checked).toMatchObject({ ok: true, value: { defaultAccount: Object.keys(contents.accounts)[0] } });
    expect(checked.ok && validateConfig('test', written(checked.value))).toEqual(checked);
  },
);

/** As YAML makes it of an alias that leads back. */
const endless: unknown[] = [];
endless.push(endless);

/** Anything that YAML can hold. */
const anything = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, undefined, new Date(0), endless),
  fc.anything(),
);

test('each issue has its path, whatever a configuration holds', async () => {
  const sections = ['accounts', 'sources', 'routes', 'safety', 'sweep', 'ledger', 'events'];
  const contents = fc.record(Object.fromEntries(sections.map((name) => [name, anything])), {
    requiredKeys: [],
  });
  await holdsSlowly([contents], (given) => {
    const result = validateConfig('test', given);
    for (const { path: at, found, expected } of result.ok ? [] : result.issues) {
      expect(sections).toContain(/^\w+/.exec(at)?.[0]);
      expect([found, expected]).not.toContain('');
    }
  });
});

testProperty(
  'an invalid section makes no other section invalid',
  [right, fc.constantFrom('safety', 'sweep', 'ledger', 'events'), anything],
  (contents, section, value) => {
    const result = validateConfig('test', { ...contents, [section]: value });
    for (const { path: at } of result.ok ? [] : result.issues) expect(/^\w+/.exec(at)?.[0]).toBe(section);
  },
);

testProperty('a text that is no configuration is an issue of the whole', [anyText], (text) => {
  expect(validateConfig('test', text)).toMatchObject({ ok: false, issues: [{ path: '' }] });
});

test('a secret written in place of a reference, or of what is around it, is never shown', async () => {
  const secret = fc.oneof(
    fc.constant<unknown>(MARK),
    fc.constant([MARK]),
    word.map((key) => ({ [key]: MARK })),
  );
  const type = fc.oneof(fc.constantFrom(...Object.keys(sources)), anyText);
  const pair = (of: string) => fc.record({ region: word, type, [of]: secret }, { requiredKeys: [of] });
  const places = fc.oneof(
    pair('credentials').map((one) => ({ accounts: { main: one } })),
    pair('credentials').map((one) => ({ accounts: [one] })),
    pair('credentials').map((one) => ({ accounts: { main: [one] } })),
    pair('secret').map((one) => ({ sources: { forge: one } })),
    pair('secret').map((one) => ({ sources: [one] })),
    pair('secret').map((one) => ({ sources: { forge: [one] } })),
    pair('credentials').map((one) => ({ sources: { forge: { type: 'github', api: one } } })),
    secret.map((one) => ({ accounts: one })),
    secret.map((one) => ({ accounts: { main: one } })),
    secret.map((one) => ({ sources: { forge: one } })),
    secret.map((one) => ({ sources: { forge: { type: 'gitlab', secret: 'env:X', api: one } } })),
    fc
      .constantFrom(`https://u:${MARK}@x`, `https://x?token=${MARK}`, `https://x#${MARK}`)
      .map((one) => ({ accounts: { main: { region: 'x', credentials: 'env:X', iamEndpoint: one } } })),
    pair('credentials').map((one) => [one]),
  );
  await holds([right, places], (contents, wrong) => {
    const result = validateConfig('test', Array.isArray(wrong) ? wrong : { ...contents, ...wrong });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain(MARK);
  });
});
