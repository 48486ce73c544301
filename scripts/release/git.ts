import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As much of git as a release needs, in one folder. */
export class Git {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What `git status` tells of files that are not as they were committed; empty if there are none. */
  async changes(): Promise<string> {
    return this.#call('status', '--porcelain');
  }

  /** Empty if no branch is checked out. */
  async branch(): Promise<string> {
    return this.#call('branch', '--show-current');
  }

  async hasTag(name: string): Promise<boolean> {
    return (await this.#call('tag', '--list', name)) !== '';
  }

  /** Commits these files as they are now. */
  async commit(message: string, files: readonly string[]): Promise<void> {
    await this.#call('commit', '--quiet', '--message', message, '--', ...files);
  }

  /** Has these files as they were committed last. */
  async restore(files: readonly string[]): Promise<void> {
    await this.#call('restore', '--staged', '--worktree', '--', ...files);
  }

  async tag(name: string, message: string): Promise<void> {
    // Left to itself, git takes the headings of Markdown for comments.
    await this.#call('tag', '--annotate', '--cleanup=whitespace', '--message', message, name);
  }

  async #call(...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, { cwd: this.#folder });
    return stdout.trim();
  }
}
