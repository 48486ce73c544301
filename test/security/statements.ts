import * as v from 'valibot';
import type { Template } from './packaged-template.ts';

const oneOrMore = v.pipe(
  v.union([v.array(v.unknown()), v.unknown()]),
  v.transform((value): unknown[] => [value].flat()),
);
const documentSchema = v.object({
  Statement: v.array(
    v.object({
      Effect: v.picklist(['Allow', 'Deny']),
      Principal: v.optional(v.unknown()),
      Action: oneOrMore,
      Resource: v.optional(oneOrMore, []),
      Condition: v.optional(v.unknown()),
    }),
  ),
});

/** A statement of a policy in the template, with resources by their names there. */
export interface Statement {
  /** The resource that has the policy. */
  readonly where: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principal: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** Every statement that there is in a template, in whatever policy. */
export function statementsOf({ Resources }: Template): Statement[] {
  return Object.entries(Resources).flatMap(([where, { Properties }]) =>
    documentsIn(Properties).flatMap(({ Statement }) =>
      Statement.map(({ Effect, Principal, Action, Resource, Condition }) => ({
        where,
        effect: Effect,
        principal: Principal,
        actions: Action.map(String),
        resources: Resource.map(nameOf),
        condition: Condition,
      })),
    ),
  );
}

/** Finds policies by their shape, in unusual places too. */
function documentsIn(value: unknown): v.InferOutput<typeof documentSchema>[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value) return [v.parse(documentSchema, value)];
  return Object.values(value).flatMap(documentsIn);
}

const refSchema = v.object({ Ref: v.string() });
const attributeSchema = v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) });
const substitutedSchema = v.object({ 'Fn::Sub': v.string() });
const joinedSchema = v.object({ 'Fn::Join': v.tuple([v.string(), v.array(v.unknown())]) });

/** `CleanupQueue` for its ARN, `secretsmanager:secret:NAME` for that of a secret, and a text as it is. */
function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  if (v.is(refSchema, resource)) return resource.Ref;
  if (v.is(attributeSchema, resource)) return resource['Fn::GetAtt'][0];
  if (v.is(joinedSchema, resource)) return resource['Fn::Join'][1].map(nameOf).join(resource['Fn::Join'][0]);
  if (!v.is(substitutedSchema, resource)) throw new Error(`unknown resource ${JSON.stringify(resource)}`);
  return resource['Fn::Sub'].replace(/^arn:\$\{AWS::Partition\}:/, '').replaceAll(/\$\{AWS::\w+\}:/g, '');
}
