import { Identities } from './identities.ts';
import { Organizations } from './organizations.ts';
import { type NewTask, type Removal, type TaskRow, Tasks } from './tasks.ts';
import type { Agency, NewUser, TokenSettings } from './tokens.ts';

/** How lists differ from what the documents say of them. Positions count from 0 over all pages. */
export interface Listing {
  /** Most repositories on a page, however many were asked for; 1,000 if missing. */
  repositories?: number;
  /** Most tasks of a repository; 100 if missing. */
  tasks?: number;
  /** `Content-Range` and `total_range`: left out, the length of the page, or always this number. The true total if missing. */
  totals?: 'none' | 'page' | number;
  /** Every page is the first one. */
  ignoreOffset?: boolean;
  /** Position of a repository that its page lacks. */
  lose?: number;
  /** Position of a repository that its page has twice. */
  repeat?: number;
  /** Repositories that are listed under another name, which need not be a valid one. */
  rename?: Record<string, string>;
}

/** The state behind the emulator, for a test or a demo to read and to change. */
export class Cloud {
  /** How a task that is not there is answered: 404 is documented, 400 with `SVCSTG.SWR.4001158` is what was seen. */
  goneAs: 404 | 400 = 404;
  /** Lists as documented if empty. */
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

  /** Replaces a user of the same name, and then ends its tokens. */
  addUser(user: NewUser): void {
    this.identities.addUser(user);
  }

  /** Ends that user's tokens early. */
  setPassword(domain: string, name: string, password: string): void {
    this.identities.setPassword(domain, name, password);
  }

  /** The region's own project is always there. This SWR rejects a token for any other region's project. */
  addProject(name: string, id?: string): void {
    this.identities.addProject(name, id);
  }

  /** Replaces an agency of the same name. */
  addAgency(agency: Agency): void {
    this.identities.addAgency(agency);
  }

  /** Ends the tokens of the agency too. */
  removeAgency(domain: string, name: string): void {
    this.identities.removeAgency(domain, name);
  }

  addOrganization(name: string): void {
    this.organizations.add(name);
  }

  /** Takes its repositories with it, and leaves their tasks. */
  removeOrganization(name: string): void {
    this.organizations.remove(name);
  }

  /** Adds the organization too, where it is missing. */
  addRepository(namespace: string, repository: string): void {
    this.organizations.addRepository(namespace, repository);
  }

  /** Leaves its tasks, as SWR does. */
  removeRepository(namespace: string, repository: string): void {
    this.organizations.removeRepository(namespace, repository);
  }

  /** Needs neither the repository nor the target to exist. */
  addTask(task: NewTask): void {
    this.taskStore.put(task, this.identities.accountName());
  }

  /** All tasks that exist, with those that GET omits. */
  tasks(namespace?: string, repository?: string): TaskRow[] {
    return this.taskStore.list(namespace, repository);
  }

  /** Each task that a DELETE has removed, in that order, also where the answer was lost or replaced. */
  removals(): readonly Removal[] {
    return this.taskStore.removals;
  }

  /** Ends every token given out so far. */
  expireTokens(): void {
    this.identities.tokens.expireAll();
  }
}
