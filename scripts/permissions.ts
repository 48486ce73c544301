import type { Config } from '../lib/config/config.ts';
import { parseSecretReference } from '../lib/secret-reference.ts';
import type { FUNCTIONS } from './bundle.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: unknown;
}

const DESCRIBE_REPOSITORIES: Statement = {
  Effect: 'Allow',
  Action: ['ecr:DescribeRepositories'],
  Resource: arnOf(['ecr', 'repository/*']),
};

const STORES = [
  {
    store: 'secretsmanager',
    action: 'secretsmanager:GetSecretValue',
    // Secrets Manager appends six characters of its own to the name of a secret.
    resourceOf: (name: string) => ['secretsmanager', `secret:${name}-??????`] as const,
  },
  {
    store: 'ssm',
    action: 'ssm:GetParameter',
    resourceOf: (name: string) => ['ssm', `parameter/${name.replace(/^\//, '')}`] as const,
  },
];

/** Permissions of each function to read secrets: those that the configuration gives it, and no others. */
export function permissionsOf(config: Config): Record<(typeof FUNCTIONS)[number], readonly Statement[]> {
  const inBothClouds = [
    ...statementsFor([
      ...Object.values(config.accounts).map(({ credentials }) => credentials),
      // For existence checks.
      ...Object.values(config.sources).flatMap(({ api }) => api?.credentials ?? []),
    ]),
    ...(config.events.confirmEcr ? [DESCRIBE_REPOSITORIES] : []),
  ];
  return {
    receive: statementsFor(Object.values(config.sources).flatMap(({ secret }) => secret ?? [])),
    clean: inBothClouds,
    sweep: inBothClouds,
  };
}

function statementsFor(references: readonly string[]): Statement[] {
  const parsed = references.map(parseSecretReference);
  const statements = STORES.flatMap(({ store, action, resourceOf }): Statement[] => {
    const names = parsed.filter((reference) => reference.store === store).map(({ name }) => name);
    const Resource = names.map((name) => (name.startsWith('arn:') ? name : arnOf(resourceOf(name))));
    return names.length === 0 ? [] : [{ Effect: 'Allow', Action: [action], Resource }];
  });
  // A policy without a statement is not valid.
  const none: Statement = { Effect: 'Deny', Action: STORES.map(({ action }) => action), Resource: '*' };
  return statements.length > 0 ? statements : [none];
}

/** ARN in this account and region, which CloudFormation completes. */
function arnOf([service, resource]: readonly [service: string, resource: string]): unknown {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}
