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
  Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*' },
};

/**
 * What each function may read of the stores: the secrets that the configuration gives it, and no other one. The ARNs
 * are CloudFormation's to complete.
 */
export function permissionsOf(config: Config): Record<(typeof FUNCTIONS)[number], readonly Statement[]> {
  const inBothClouds = [
    ...statementsFor([
      ...Object.values(config.accounts).map(({ credentials }) => credentials),
      // The sources are asked whether a repository is really gone.
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
  const names = (store: string) =>
    parsed.filter((reference) => reference.store === store).map(({ name }) => name);
  const secrets = names('secretsmanager').map(secretArn);
  const parameters = names('ssm').map(parameterArn);
  const statements: Statement[] = [];
  if (secrets.length > 0) {
    statements.push({ Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: secrets });
  }
  if (parameters.length > 0)
    statements.push({ Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: parameters });
  if (statements.length > 0) return statements;
  // A policy without a statement is not valid.
  return [{ Effect: 'Deny', Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameter'], Resource: '*' }];
}

/** Secrets Manager appends six characters of its own to a secret's name. */
function secretArn(name: string): unknown {
  if (name.startsWith('arn:')) return name;
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
  };
}

function parameterArn(name: string): unknown {
  if (name.startsWith('arn:')) return name;
  const path = name.replace(/^\//, '');
  return { 'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${path}` };
}
