import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import * as v from 'valibot';
import { pause } from '../lib/clock.ts';

const POLL_MS = 5000;
/** First status of every operation that a user starts. What follows in the same operation has other ones. */
const OPERATION_BEGUN = /^(?:CREATE|UPDATE|IMPORT|DELETE)_IN_PROGRESS$/;
/** State of a stack that has nothing but a change set, which only a person or a new program continues. */
const UNDER_REVIEW = 'REVIEW_IN_PROGRESS';

/** Whether a stack was never created: it has nothing but a change set, or its creation was rolled back. It can only be deleted. */
export function wasNeverCreated(status: string): boolean {
  return status === UNDER_REVIEW || status === 'ROLLBACK_COMPLETE';
}

// Without defaults: a deployed template is sent back as it is.
const resourceSchema = v.looseObject({
  Type: v.string(),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
  Properties: v.optional(v.record(v.string(), v.unknown())),
});
const templateSchema = v.looseObject({ Resources: v.record(v.string(), resourceSchema) });

export type Resource = v.InferOutput<typeof resourceSchema>;
export type Template = v.InferOutput<typeof templateSchema>;

/** A resource of a template that exists in the account. */
export interface ExistingResource {
  readonly logicalId: string;
  readonly type: string;
  /** Property of the template that names it, by which CloudFormation identifies it as well. */
  readonly nameProperty: string;
  readonly name: string;
}

export function parseTemplate(text: string): Template {
  return v.parse(templateSchema, JSON.parse(text));
}

/** CloudFormation stack of a stage. Region and credentials come from the environment. */
export class Stack {
  readonly name: string;
  readonly #client = new CloudFormationClient();
  readonly #pollMs: number;
  /** Id, by which the events of a deleted stack are found as well. */
  #id: string | undefined;

  constructor(stage: string, pollMs: number = POLL_MS) {
    this.name = `swr-sync-cleanup-${stage}`;
    this.#pollMs = pollMs;
  }

  /**
   * Waits until no operation is under way.
   *
   * @returns the stack's final status; undefined if there is no such stack.
   */
  async settle(): Promise<string | undefined> {
    return this.#poll(
      async () => (await this.#describe())?.StackStatus,
      (status) => status === UNDER_REVIEW || !status?.endsWith('_IN_PROGRESS'),
    );
  }

  /** Outputs by name; empty if there is no such stack. */
  async outputs(): Promise<Record<string, string>> {
    const outputs = (await this.#describe())?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  /** Template as it was deployed last. */
  async template(): Promise<Template> {
    const input = { StackName: this.name, TemplateStage: 'Original' } as const;
    const { TemplateBody = '' } = await this.#client.send(new GetTemplateCommand(input));
    return parseTemplate(TemplateBody);
  }

  /** Id of the newest event; undefined if there is no stack. */
  async newestEvent(): Promise<string | undefined> {
    for await (const { EventId } of this.#events()) return EventId;
    return undefined;
  }

  /**
   * Explains the failure of the latest operation.
   *
   * @param since event after which the operation began.
   * @returns the cause, then what the rollback couldn't delete, one line each; empty if there was no operation.
   */
  async explainFailure(since?: string): Promise<string[]> {
    const events: StackEvent[] = [];
    for await (const event of this.#events()) {
      const { EventId, PhysicalResourceId, StackId, ResourceStatus = '' } = event;
      if (EventId === since) break;
      if (ResourceStatus.endsWith('_FAILED')) events.unshift(event);
      if (PhysicalResourceId === StackId && OPERATION_BEGUN.test(ResourceStatus)) break;
    }
    const own = events.filter(({ PhysicalResourceId, StackId }) => PhysicalResourceId !== StackId);
    // CloudFormation cancels the resources that are under way when one has failed.
    const causes = own.filter(({ ResourceStatusReason = '' }) => !/cancelled/i.test(ResourceStatusReason));
    const cause = causes[0] ?? events[0];
    const left = causes.filter((event) => event !== cause && event.ResourceStatus === 'DELETE_FAILED');
    return [
      ...(cause === undefined ? [] : [describeEvent(cause)]),
      ...left.map((event) => `Not deleted by the rollback: ${describeEvent(event)}`),
    ];
  }

  /**
   * Imports resources that exist into the stack, which is created if it is missing.
   *
   * @param template of the stack, with these resources and no other change.
   */
  async import(template: Template, resources: readonly ExistingResource[]): Promise<void> {
    const named = { StackName: this.name, ChangeSetName: `adopt-${Date.now()}` };
    await this.#client.send(
      new CreateChangeSetCommand({
        ...named,
        ChangeSetType: 'IMPORT',
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        TemplateBody: JSON.stringify(template),
        ResourcesToImport: resources.map(({ logicalId, type, nameProperty, name }) => ({
          LogicalResourceId: logicalId,
          ResourceType: type,
          ResourceIdentifier: { [nameProperty]: name },
        })),
      }),
    );
    const { Status, StatusReason } = await this.#poll(
      () => this.#client.send(new DescribeChangeSetCommand(named)),
      (changeSet) => !/_(?:PENDING|IN_PROGRESS)$/.test(changeSet.Status ?? ''),
    );
    if (Status !== 'CREATE_COMPLETE') throw new Error(StatusReason ?? `the change set is ${Status}`);
    await this.#client.send(new ExecuteChangeSetCommand(named));
    const status = await this.settle();
    if (status !== 'IMPORT_COMPLETE')
      throw new Error([`stack ${this.name} is ${status}`, ...(await this.explainFailure())].join('\n'));
  }

  /** Deletes the stack. What the template retains stays. */
  async delete(): Promise<void> {
    await this.#client.send(new DeleteStackCommand({ StackName: this.name }));
    await this.settle();
  }

  async #describe() {
    try {
      const { Stacks = [] } = await this.#client.send(new DescribeStacksCommand({ StackName: this.name }));
      this.#id = Stacks[0]?.StackId;
      return Stacks[0];
    } catch (error) {
      if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
        return undefined;
      throw error;
    }
  }

  /** Events of the stack, the newest first. */
  async *#events(): AsyncGenerator<StackEvent> {
    if (this.#id === undefined) await this.#describe();
    if (this.#id === undefined) return;
    const input = { StackName: this.#id };
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client: this.#client }, input))
      yield* StackEvents;
  }

  async #poll<T>(read: () => Promise<T>, isFinal: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await read();
      if (isFinal(answer)) return answer;
      await pause(this.#pollMs);
    }
  }
}

function describeEvent({
  LogicalResourceId,
  ResourceType,
  ResourceStatus,
  ResourceStatusReason,
}: StackEvent): string {
  return `${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason ?? ResourceStatus}`;
}
