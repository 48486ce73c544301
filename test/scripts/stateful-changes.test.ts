import { expect, test } from '@jest/globals';
import { parseTemplate } from '../../scripts/stack.ts';
import { describeStatefulChanges } from '../../scripts/stateful-changes.ts';

const queue = (QueueName: string, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, VisibilityTimeout: 360, ...more },
});
const table = (more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  DeletionPolicy: 'RetainExceptOnCreate',
  UpdateReplacePolicy: 'Retain',
  Properties: { TableName: 'ledger', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }], ...more },
});
const lambda = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'clean' } };

test.each([
  { why: 'nothing changes', before: { It: queue('a') }, after: { It: queue('a') }, lines: [] },
  {
    why: 'a queue gets other settings',
    before: { It: queue('a') },
    after: { It: queue('a', { VisibilityTimeout: 60 }) },
    lines: [],
  },
  {
    why: 'a function is removed, which a deployment creates again',
    before: { It: lambda },
    after: {},
    lines: [],
  },
  { why: 'a queue is new', before: {}, after: { It: queue('a') }, lines: [] },
  {
    why: 'a queue is renamed',
    before: { It: queue('a') },
    after: { It: queue('b') },
    lines: ['replaces It (AWS::SQS::Queue): this deletes the messages that wait'],
  },
  {
    why: 'a queue is removed',
    before: { It: queue('a') },
    after: {},
    lines: ['removes It (AWS::SQS::Queue): this deletes the messages that wait'],
  },
  {
    why: 'the ledger gets other keys',
    before: { It: table() },
    after: { It: table({ KeySchema: [] }) },
    lines: ['replaces It (AWS::DynamoDB::Table): the old one stays in the account'],
  },
  {
    why: 'the ledger is removed',
    before: { It: table() },
    after: {},
    lines: ['removes It (AWS::DynamoDB::Table): the old one stays in the account'],
  },
  {
    why: 'another type takes the place of a queue',
    before: { It: queue('a') },
    after: { It: lambda },
    lines: ['replaces It (AWS::SQS::Queue): this deletes the messages that wait'],
  },
])('$why: $lines', ({ before, after, lines }) => {
  const parse = (Resources: object) => parseTemplate(JSON.stringify({ Resources }));
  expect(describeStatefulChanges(parse(before), parse(after))).toEqual(lines);
});
