import * as v from 'valibot';
import { isSecretReference } from '../aws/secret-reference.ts';
import { isSourceType, type SourceType, sources } from '../sources/index.ts';
import { faultOfEndpoint, trimEndpoint } from './endpoint.ts';

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_-]{0,63}$/i, 'a name: up to 64 of a-z 0-9 _ -, starting with a letter'),
);
const region = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,64}$/, 'a Huawei Cloud region id such as cn-north-4'),
);
const secretReference = v.pipe(
  v.string(),
  v.check(isSecretReference, 'a secret reference: secretsmanager:NAME, ssm:NAME or env:NAME'),
);
const endpoint = v.pipe(
  v.string(),
  v.check(
    (text) => faultOfEndpoint(text) === undefined,
    'an https:// URL (http:// only on loopback) without query, or env:NAME of a variable that holds one',
  ),
  v.transform(trimEndpoint),
);
const sourceType = v.custom<SourceType>(isSourceType, `one of ${Object.keys(sources).join(', ')}`);
const denyGlob = v.pipe(
  v.string(),
  v.regex(
    /^(?=.*(?:\/|\*\*))[a-z0-9._*/-]+$/,
    'a glob on namespace/repository in lower case, such as platform/** (* within a segment, ** across)',
  ),
);

/** `config/<stage>.yml` as it is written: each part by itself. What has to fit together is checked elsewhere. */
export const fileSchema = v.strictObject({
  accounts: v.pipe(
    v.record(
      name,
      v.strictObject({
        region,
        credentials: secretReference,
        iamEndpoint: v.optional(endpoint),
        swrEndpoint: v.optional(endpoint),
      }),
    ),
    v.check((accounts) => Object.keys(accounts).length > 0, 'at least one account'),
  ),
  sources: v.optional(
    v.record(
      name,
      v.strictObject({
        type: sourceType,
        secret: v.exactOptional(secretReference),
        topics: v.exactOptional(
          v.pipe(v.array(v.pipe(v.string(), v.nonEmpty('a topic'))), v.minLength(1, 'at least one topic')),
        ),
        api: v.exactOptional(v.strictObject({ url: endpoint, credentials: secretReference })),
        confirm: v.exactOptional(v.boolean()),
      }),
    ),
    {},
  ),
  routes: v.optional(
    v.array(
      v.strictObject({
        from: v.string(),
        to: v.union(
          [v.string(), v.pipe(v.array(v.string()), v.minLength(1, 'at least one destination'))],
          'NAMESPACE/REPOSITORY, or a list of them',
        ),
        account: v.optional(name),
        targets: v.optional(
          v.pipe(
            v.array(v.string()),
            v.minLength(1, 'at least one target; leave targets out for every task'),
          ),
        ),
      }),
    ),
    [],
  ),
  safety: v.optional(
    v.strictObject({
      mode: v.optional(v.picklist(['apply', 'dry-run']), 'apply'),
      deny: v.optional(v.array(denyGlob), []),
      maxTasksPerRequest: v.optional(
        v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'at least 1')),
        50,
      ),
    }),
    {},
  ),
  events: v.optional(
    v.strictObject({
      confirmEcr: v.optional(v.boolean(), false),
      allowedSources: v.optional(v.array(v.pipe(v.string(), v.nonEmpty('a source, or a glob on it'))), [
        '**',
      ]),
    }),
    {},
  ),
});
