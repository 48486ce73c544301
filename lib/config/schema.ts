import * as v from 'valibot';
import { defaultEndpoint, trimEndpoint, validateEndpoint } from '../endpoint.ts';
import { MAX_REQUESTS } from '../limits.ts';
import { isSecretReference } from '../secret-reference.ts';
import { isSourceType, type SourceType, sources } from '../sources/index.ts';
import { parseDuration } from '../times.ts';

const matching = (pattern: RegExp, expected: string) => v.pipe(v.string(), v.regex(pattern, expected));
const listOf = <T>(each: v.GenericSchema<T>, expected: string) =>
  v.pipe(v.array(each), v.minLength(1, expected));
const wholeNumber = (expected: string) =>
  v.pipe(v.number(), v.integer(expected), v.minValue(1, 'at least 1'));
const mode = v.picklist(['apply', 'dry-run']);

const name = matching(/^[a-z][a-z0-9_-]{0,63}$/i, 'a name: up to 64 of a-z 0-9 _ -, starting with a letter');
const RESERVED = ['__proto__', 'constructor', 'prototype'];
/** Of something, by names. valibot would leave out the reserved ones without a word: every object has them. */
const byName = <T>(each: v.GenericSchema<unknown, T>) =>
  v.pipe(
    v.unknown(),
    v.check(
      (contents) =>
        typeof contents !== 'object' ||
        contents === null ||
        !RESERVED.some((key) => Object.hasOwn(contents, key)),
      `other names than ${RESERVED.join(', ')}`,
    ),
    v.record(name, each),
  );
const region = matching(/^[a-z0-9-]{1,64}$/, 'a Huawei Cloud region id such as cn-north-4');
const secretReference = v.pipe(
  v.string(),
  v.check(isSecretReference, 'a secret reference: secretsmanager:NAME, ssm:NAME or env:NAME'),
);
const endpoint = v.pipe(
  v.string(),
  v.check(
    (text) => validateEndpoint(text) === undefined,
    'an https:// URL (http:// only on loopback) without query, or env:NAME of a variable that holds one',
  ),
  v.transform(trimEndpoint),
);
const HOUR_MS = 3_600_000;
/** CloudWatch looks back seven days at most, by whole hours. */
const expectEvery = v.pipe(
  v.string(),
  v.check((text) => {
    const hours = (parseDuration(text) ?? 0) / HOUR_MS;
    return Number.isInteger(hours) && hours >= 1 && hours <= 7 * 24;
  }, 'whole hours or days, 1h to 7d'),
);
const sourceType = v.custom<SourceType>(isSourceType, `one of ${Object.keys(sources).join(', ')}`);
const denyGlob = matching(
  /^(?=.*(?:\/|\*\*))[a-z0-9._*/-]+$/,
  'a glob on namespace/repository in lower case, such as platform/** (* within a segment, ** across)',
);
const targetGlob = matching(
  /^[a-z0-9*-]+\/[a-z0-9._*-]+$/,
  'a glob on REGION/ORGANIZATION in lower case, such as cn-east-3/acme-*',
);

const anything = v.fallback(v.record(v.string(), v.unknown()), {});
const list = v.fallback(v.array(v.unknown()), []);

/** Parts of a file that refer to each other, whatever else is wrong with it: a part of the wrong type is empty. */
export const partsSchema = v.fallback(
  v.object({
    accounts: anything,
    sources: anything,
    routes: list,
    sweep: v.fallback(v.object({ targetAccounts: list }), { targetAccounts: [] }),
  }),
  { accounts: {}, sources: {}, routes: [], sweep: { targetAccounts: [] } },
);

/** `config/<stage>.yml` as it is written: each part by itself. What has to fit together is checked elsewhere. */
export const fileSchema = v.strictObject({
  accounts: v.pipe(
    byName(
      v.pipe(
        v.strictObject({
          region,
          credentials: secretReference,
          iamEndpoint: v.optional(endpoint),
          swrEndpoint: v.optional(endpoint),
        }),
        v.transform(({ iamEndpoint, swrEndpoint, ...account }) => ({
          ...account,
          iamEndpoint: iamEndpoint ?? defaultEndpoint('iam', account.region),
          swrEndpoint: swrEndpoint ?? defaultEndpoint('swr-api', account.region),
        })),
      ),
    ),
    v.check((accounts) => Object.keys(accounts).length > 0, 'at least one account'),
  ),
  sources: v.optional(
    byName(
      v.strictObject({
        type: sourceType,
        secret: v.exactOptional(secretReference),
        topics: v.exactOptional(listOf(v.pipe(v.string(), v.nonEmpty('a topic')), 'at least one topic')),
        api: v.exactOptional(
          v.strictObject({
            url: endpoint,
            credentials: secretReference,
            canary: v.exactOptional(
              v.union(
                [v.string(), listOf(v.string(), 'at least one repository')],
                'OWNER/REPOSITORY, or a list of them',
              ),
            ),
          }),
        ),
        confirm: v.exactOptional(v.boolean()),
        expectEvery: v.exactOptional(expectEvery),
      }),
    ),
    {},
  ),
  routes: v.optional(
    v.array(
      v.strictObject({
        from: v.string(),
        to: v.union(
          [
            v.string(),
            v.pipe(
              listOf(v.string(), 'at least one destination'),
              v.maxLength(MAX_REQUESTS, `at most ${MAX_REQUESTS} destinations`),
            ),
          ],
          'NAMESPACE/REPOSITORY, or a list of them',
        ),
        account: v.optional(name),
        firstDeletionCounts: v.exactOptional(v.literal(true, 'true, or leave it out')),
        targets: v.optional(listOf(v.string(), 'at least one target; leave targets out for every task')),
      }),
    ),
    [],
  ),
  safety: v.optional(
    v.strictObject({
      mode: v.optional(mode, 'apply'),
      deny: v.optional(v.array(denyGlob), []),
      allowedTargets: v.exactOptional(
        listOf(targetGlob, 'at least one target; leave it out to allow every one'),
      ),
      maxTasksPerRequest: v.optional(wholeNumber('a whole number'), 50),
    }),
    {},
  ),
  sweep: v.optional(
    v.strictObject({
      mode: v.optional(mode, 'dry-run'),
      /** Largest part of the listed tasks that a sweep deletes. A sweep that finds more deletes nothing. */
      maxPercent: v.optional(
        v.pipe(
          v.number(),
          v.minValue(0, 'a percentage, 0 to 100'),
          v.maxValue(100, 'a percentage, 0 to 100'),
        ),
        5,
      ),
      /** Accounts whose user sees every organization of their region: one that it doesn't see doesn't exist. */
      targetAccounts: v.optional(v.pipe(v.array(name), v.readonly()), []),
    }),
    {},
  ),
  /** Key of the secrets, if AWS doesn't manage it. */
  kmsKey: v.exactOptional(
    matching(
      /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
      'the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID (an alias can not be used in a policy)',
    ),
  ),
  ledger: v.optional(
    v.strictObject({
      /** Days until an entry is deleted. */
      retentionDays: v.optional(wholeNumber('a whole number of days'), 90),
    }),
    {},
  ),
  events: v.optional(
    v.strictObject({
      /** Check at Amazon ECR whether a repository is gone before a deletion. */
      confirmEcr: v.optional(v.boolean(), false),
      /** Globs on the `source` of trusted EventBridge events. */
      allowedSources: v.optional(
        v.pipe(v.array(v.pipe(v.string(), v.nonEmpty('a source, or a glob on it'))), v.readonly()),
        ['**'],
      ),
    }),
    {},
  ),
});
