import type { ServerResponse } from 'node:http';
import { useVariables } from './environment.ts';
import { respond, useServer } from './loopback-server.ts';
import { useEach } from './use.ts';

/** One call of AWS: `cloudformation:DescribeStacks`, with its parameters as they were sent. */
interface ReceivedCall {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

interface StackEvent {
  readonly resource: string;
  readonly status: string;
  readonly reason?: string;
}

/** What the account of a test holds. */
export interface Account {
  /** Status of the stack, one for each look; the last one stays. Undefined: there is no stack. */
  statuses: (string | undefined)[];
  /** Status of the stack once an operation has ended. */
  after: Readonly<Record<string, string | undefined>>;
  template: object;
  /** Oldest first. The resource `stack` is the stack itself. */
  events: readonly StackEvent[];
  changeSet: { readonly status: string; readonly reason?: string };
  /** Deletion protection of each table. */
  readonly tables: Map<string, boolean>;
  readonly logGroups: Set<string>;
  readonly calls: ReceivedCall[];
}

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/swr-sync-cleanup-prod/1';
/** Events of a page: few, so that tests see several pages. */
const PAGE = 2;

/** Starts the CloudFormation, DynamoDB and CloudWatch Logs of an account for each test of a file. */
export function useAccount(): Account {
  const account = useEach(
    async () =>
      ({
        statuses: [undefined],
        after: {},
        template: { Resources: {} },
        events: [],
        changeSet: { status: 'CREATE_COMPLETE' },
        tables: new Map<string, boolean>(),
        logGroups: new Set<string>(),
        calls: [],
        close: () => {},
      }) satisfies Account & { close: () => void },
  );
  const server = useServer((response, { headers, body }) => {
    const target = headers['x-amz-target'];
    if (typeof target === 'string') answerJson(account, response, target, JSON.parse(body));
    else answerQuery(account, response, Object.fromEntries(new URLSearchParams(body)));
  });
  useVariables(() => ({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDTESTS',
    AWS_SECRET_ACCESS_KEY: 'secret-access-key-for-tests',
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_ENDPOINT_URL: server.url,
  }));
  return account;
}

function answerQuery(account: Account, response: ServerResponse, input: Record<string, string>): void {
  const { Action: action = '' } = input;
  account.calls.push({ action: `cloudformation:${action}`, input });
  const succeed = (result: string) =>
    respond(
      response,
      200,
      `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
      {
        'Content-Type': 'text/xml',
      },
    );
  if (action in account.after) account.statuses = ['UPDATE_IN_PROGRESS', account.after[action]];
  switch (action) {
    case 'DescribeStacks': {
      const status = account.statuses[0];
      if (account.statuses.length > 1) account.statuses.shift();
      if (status === undefined) {
        const error = '<Code>ValidationError</Code><Message>Stack with id prod does not exist</Message>';
        return respond(response, 400, `<ErrorResponse><Error>${error}</Error></ErrorResponse>`);
      }
      const output = xml({ OutputKey: 'WebhookUrl', OutputValue: 'https://api/webhooks' });
      const stack = `${xml({ StackId: STACK_ID, StackStatus: status })}<Outputs><member>${output}</member></Outputs>`;
      return succeed(`<Stacks><member>${stack}</member></Stacks>`);
    }
    case 'GetTemplate':
      return succeed(xml({ TemplateBody: JSON.stringify(account.template) }));
    case 'DescribeStackEvents': {
      const start = Number(input['NextToken'] ?? 0);
      const numbered = account.events.map((event, index) => ({ ...event, EventId: `event-${index}` }));
      const newest = numbered.toReversed();
      const page = newest.slice(start, start + PAGE).map(({ EventId, resource, status, reason = '' }) => {
        const isStack = resource === 'stack';
        const type = isStack ? 'AWS::CloudFormation::Stack' : 'AWS::Test::Resource';
        const ids = { EventId, StackId: STACK_ID, PhysicalResourceId: isStack ? STACK_ID : resource };
        const fields = { ResourceType: type, ResourceStatus: status, ResourceStatusReason: reason };
        return `<member>${xml({ ...ids, LogicalResourceId: resource, ...fields })}</member>`;
      });
      const next = start + PAGE < newest.length ? xml({ NextToken: String(start + PAGE) }) : '';
      return succeed(`<StackEvents>${page.join('')}</StackEvents>${next}`);
    }
    case 'DescribeChangeSet':
      return succeed(xml({ Status: account.changeSet.status, StatusReason: account.changeSet.reason ?? '' }));
    default:
      return succeed('');
  }
}

function answerJson(
  { calls, tables, logGroups }: Account,
  response: ServerResponse,
  target: string,
  input: Record<string, unknown>,
): void {
  const [service, action] = target.split('.');
  calls.push({ action: `${service === 'Logs_20140328' ? 'logs' : 'dynamodb'}:${action}`, input });
  const table = String(input['TableName']);
  if (action === 'DescribeLogGroups') {
    const prefix = String(input['logGroupNamePrefix']);
    const found = [...logGroups].filter((name) => name.startsWith(prefix));
    return respond(response, 200, { logGroups: found.map((logGroupName) => ({ logGroupName })) });
  }
  if (!tables.has(table)) {
    const type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
    return respond(response, 400, { __type: type, message: `Table: ${table} not found` });
  }
  if (action === 'UpdateTable') tables.set(table, input['DeletionProtectionEnabled'] === true);
  respond(response, 200, { Table: { DeletionProtectionEnabled: tables.get(table) } });
}

function xml(fields: Readonly<Record<string, string>>): string {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return Object.entries(fields)
    .map(([name, text]) => (text === '' ? '' : `<${name}>${escaped(text)}</${name}>`))
    .join('');
}
