import type { Config } from '../lib/config/config.ts';
import { parseSecretReference } from '../lib/secret-reference.ts';
import type { FUNCTIONS } from './bundle.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const DESCRIBE_REPOSITORIES: Statement = {
  Effect: 'Allow',
  Action: ['ecr:DescribeRepositories'],
  Resource: completeArn('ecr', 'repository/*'),
};

const STORES = [
  { store: 'secretsmanager', action: 'secretsmanager:GetSecretValue', resourceOf: secretArn },
  { store: 'ssm', action: 'ssm:GetParameter', resourceOf: parameterArn },
] as const;

/** Permissions of each function to read secrets: those that the configuration gives it, and no others. */
export function permissionsOf(config: Config): Record<(typeof FUNCTIONS)[number], readonly Statement[]> {
  const { accounts, sources, events, kmsKey } = config;
  const inBothClouds = [
    ...statementsFor(
      [
        ...Object.values(accounts).map(({ credentials }) => credentials),
        // For existence checks.
        ...Object.values(sources).flatMap(({ api }) => api?.credentials ?? []),
      ],
      kmsKey,
    ),
    ...(events.confirmEcr ? [DESCRIBE_REPOSITORIES] : []),
  ];
  return {
    receive: statementsFor(
      Object.values(sources).flatMap(({ secret }) => secret ?? []),
      kmsKey,
    ),
    clean: inBothClouds,
    sweep: inBothClouds,
  };
}

function statementsFor(references: readonly string[], kmsKey: string | undefined): Statement[] {
  const parsed = references.map(parseSecretReference);
  const used = STORES.map(({ store, action, resourceOf }) => ({
    store,
    action,
    resources: parsed.filter((reference) => reference.store === store).map(({ name }) => resourceOf(name)),
  })).filter(({ resources }) => resources.length > 0);
  // A policy without a statement is not valid.
  if (used.length === 0)
    return [{ Effect: 'Deny', Action: STORES.map(({ action }) => action), Resource: '*' }];
  const read = used.map(
    ({ action, resources }): Statement => ({ Effect: 'Allow', Action: [action], Resource: resources }),
  );
  if (kmsKey === undefined) return read;
  // Both stores decrypt as their caller.
  const services = used.map(({ store }) => ({ 'Fn::Sub': `${store}.\${AWS::Region}.\${AWS::URLSuffix}` }));
  const Condition = { StringEquals: { 'kms:ViaService': services } };
  return [...read, { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: kmsKey, Condition }];
}

/** ARN of a secret, with the six characters that Secrets Manager appends to its name. */
function secretArn(name: string): unknown {
  if (!name.startsWith('arn:')) return completeArn('secretsmanager', `secret:${name}-??????`);
  // Secrets Manager, too, takes an ARN that ends like this for a complete one.
  return /-[A-Za-z0-9]{6}$/.test(name) ? name : `${name}-??????`;
}

/** ARN of a parameter, without the version or label that may follow its name. */
function parameterArn(name: string): unknown {
  const [arn] = /^arn:(?:[^:]*:){4}[^:]+/.exec(name) ?? [];
  return arn ?? completeArn('ssm', `parameter/${name.replace(/:.*$/, '').replace(/^\//, '')}`);
}

/** ARN in this account and region, which CloudFormation completes. */
function completeArn(service: string, resource: string): unknown {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}
