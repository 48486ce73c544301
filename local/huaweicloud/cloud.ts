import { Identities } from './identities.ts';
import type { Listing } from './listing.ts';
import { Organizations } from './organizations.ts';
import type { NewTask, Removal, SyncTask } from './sync-task.ts';
import { Tasks } from './tasks.ts';
import type { TokenSettings } from './tokens.ts';
import type { Agency, NewUser } from './users.ts';

/** The state behind the emulator, for a test or a story to look at and to change. */
export interface Cloud {
  /** How a task that is not there is answered: 404 is documented, 400 with `SVCSTG.SWR.4001158` is what was seen. */
  goneAs: 404 | 400;
  /** Lists as documented if empty. */
  listing: Listing;
  /** Replaces a user of the same name, and then ends its tokens. */
  addUser(user: NewUser): void;
  /** Ends that user's tokens early. */
  setPassword(domain: string, name: string, password: string): void;
  /** The region's own project is always there. A token for any other region's is refused by this SWR. */
  addProject(name: string, id?: string): void;
  /** Replaces an agency of the same name. */
  addAgency(agency: Agency): void;
  /** Ends the tokens of the agency too. */
  removeAgency(domain: string, name: string): void;
  addOrganization(name: string): void;
  /** Takes its repositories with it, and leaves their tasks. */
  removeOrganization(name: string): void;
  /** Adds the organization too, where it is missing. */
  addRepository(namespace: string, repository: string): void;
  /** Leaves its tasks, which is what this whole service is about. */
  removeRepository(namespace: string, repository: string): void;
  /** Needs neither the repository nor the target to exist. */
  addTask(task: NewTask): void;
  /** What is really there, with those that GET omits. */
  tasks(namespace?: string, repository?: string): SyncTask[];
  /** Each task that a DELETE has removed, whatever the answer was or became of it, in that order. */
  removals(): readonly Removal[];
  /** Every token given out so far ends now. */
  expireTokens(): void;
}

export class CloudState implements Cloud {
  goneAs: 404 | 400 = 404;
  listing: Listing = {};
  readonly region: string;
  readonly now: () => number;
  readonly identities: Identities;
  readonly organizations: Organizations;
  readonly taskStore: Tasks;

  constructor(region: string, now: () => number, tokens: TokenSettings) {
    this.region = region;
    this.now = now;
    this.identities = new Identities(now, tokens);
    this.organizations = new Organizations(now);
    this.taskStore = new Tasks(now);
    this.identities.addProject(region);
  }

  addUser(user: NewUser): void {
    this.identities.addUser(user);
  }

  setPassword(domain: string, name: string, password: string): void {
    this.identities.setPassword(domain, name, password);
  }

  addProject(name: string, id?: string): void {
    this.identities.addProject(name, id);
  }

  addAgency(agency: Agency): void {
    this.identities.addAgency(agency);
  }

  removeAgency(domain: string, name: string): void {
    this.identities.removeAgency(domain, name);
  }

  addOrganization(name: string): void {
    this.organizations.add(name);
  }

  removeOrganization(name: string): void {
    this.organizations.remove(name);
  }

  addRepository(namespace: string, repository: string): void {
    this.organizations.addRepository(namespace, repository);
  }

  removeRepository(namespace: string, repository: string): void {
    this.organizations.removeRepository(namespace, repository);
  }

  addTask(task: NewTask): void {
    this.taskStore.put(task, this.identities.accountName());
  }

  tasks(namespace?: string, repository?: string): SyncTask[] {
    return this.taskStore.list(namespace, repository);
  }

  removals(): readonly Removal[] {
    return this.taskStore.removals;
  }

  expireTokens(): void {
    this.identities.tokens.expireAll();
  }
}
