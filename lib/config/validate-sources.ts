import * as v from 'valibot';
import { type Issue, show } from '../issues.ts';
import { existenceCheckers, isSourceType, type SourceType, sources } from '../sources/index.ts';
import { builtInSources, type Source } from '../sources/source.ts';
import { partsSchema } from './schema.ts';

const canarySchema = v.object({ canary: v.union([v.string(), v.array(v.string())]) });
const sourceSchema = v.object({
  type: v.unknown(),
  secret: v.optional(v.unknown()),
  topics: v.optional(v.unknown()),
  api: v.optional(v.unknown()),
  confirm: v.optional(v.unknown()),
});

/** Issues between the parts of a file's sources, whatever else is wrong with the file. */
export function validateSources(contents: unknown): Issue[] {
  return Object.entries(v.parse(partsSchema, contents).sources).flatMap(validateSource);
}

function validateSource([name, candidate]: [string, unknown]): Issue[] {
  const path = `sources.${name}`;
  if (builtInSources.includes(name)) {
    return [{ path, found: show(name), expected: `another name: ${name} is built in` }];
  }
  const parsed = v.safeParse(sourceSchema, candidate);
  if (!parsed.success || !isSourceType(parsed.output.type)) return [];
  const { type, secret, topics, api, confirm } = parsed.output;
  const source: Source = sources[type];
  const issues: Issue[] = [];
  const add = (key: string, found: unknown, expected: string) => {
    issues.push({ path: `${path}.${key}`, found: show(found), expected });
  };
  const verifiedBySecret = source.verifiedBy === 'secret';
  if (verifiedBySecret && secret === undefined) add('secret', secret, 'a value');
  if (!verifiedBySecret && secret !== undefined) add('secret', secret, `nothing: ${type} needs no secret`);
  if (verifiedBySecret && topics !== undefined) add('topics', topics, `nothing: ${type} has a secret`);
  if (!verifiedBySecret && topics === undefined)
    add('topics', topics, 'the topics whose messages are trusted');
  if (api === undefined && source.needsApi !== undefined)
    add('api', api, `url and credentials, to check the source: ${source.needsApi}`);
  if (api !== undefined && existenceCheckers[type] === undefined)
    add('api', api, `nothing: ${type} has no API that can be checked`);
  for (const [key, canary, expected] of validateCanaries(api, type)) add(`api.${key}`, canary, expected);
  if (confirm === true && api === undefined) add('confirm', confirm, 'false, or an api to check');
  return issues;
}

/** Each with its key, what was found there and what was expected. */
function validateCanaries(api: unknown, type: SourceType): [string, unknown, string][] {
  const parsed = v.safeParse(canarySchema, api);
  if (!parsed.success) return [];
  const { canary } = parsed.output;
  const ownerOf = existenceCheckers[type]?.ownerOf;
  if (ownerOf === undefined) {
    return [['canary', canary, `nothing: ${type} distinguishes missing rights from a missing repository`]];
  }
  const owners = new Set<string>();
  return [canary].flat().flatMap((each, index): [string, unknown, string][] => {
    const key = typeof canary === 'string' ? 'canary' : `canary[${index}]`;
    const owner = ownerOf(each);
    if (owner === undefined) return [[key, each, `the full name of a private repository in ${type}`]];
    if (owners.has(owner))
      return [[key, each, `a repository of another owner: ${owner} has a canary already`]];
    owners.add(owner);
    return [];
  });
}

const sharedSchema = v.fallback(
  v.object({
    secret: v.fallback(v.optional(v.string()), undefined),
    topics: v.fallback(v.array(v.unknown()), []),
  }),
  { topics: [] },
);

/**
 * Issues of secrets and topics that two sources of a file have in common: a delivery to one would be one to the other as well.
 * References are compared here; `receive` compares what they hold.
 */
export function validateSharing(contents: unknown): Issue[] {
  const owners = new Map<unknown, string>();
  const issues: Issue[] = [];
  const check = (source: string, key: string, value: unknown, expected: string) => {
    const owner = owners.get(value) ?? source;
    owners.set(value, owner);
    const path = `sources.${source}.${key}`;
    // What is written there may be a secret itself, and is not shown.
    if (owner !== source) issues.push({ path, found: `the same as in sources.${owner}`, expected });
  };
  for (const [source, candidate] of Object.entries(v.parse(partsSchema, contents).sources)) {
    const { secret, topics } = v.parse(sharedSchema, candidate);
    if (secret !== undefined) check(source, 'secret', secret, 'a secret of its own');
    for (const [index, topic] of topics.entries())
      check(source, `topics[${index}]`, topic, 'a topic that no other source lists');
  }
  return issues;
}
