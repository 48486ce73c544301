import { cpus, loadavg, type } from 'node:os';
import { formatTable } from '../cli/table.ts';
import { limits } from './limits.ts';
import { quantile } from './rounds.ts';

/** A list of numbers is printed as its median with the 10th and the 90th percentile. */
type Cell = string | number | readonly number[];

export const MB = 1024 * 1024;
const whole = new Intl.NumberFormat('en');
const rounded = new Intl.NumberFormat('en', { minimumSignificantDigits: 4, maximumSignificantDigits: 4 });

/** Tables and figures of a scenario: printed at once, or as one JSON document at the end. */
export class Report {
  readonly #json: boolean;
  readonly #machine: string;
  readonly #tables: Record<string, readonly object[]> = {};
  readonly #figures: { passed: boolean; figure: string; measured: number; limit: number; unit: string }[] =
    [];

  constructor({ json = false }: { readonly json?: boolean }) {
    const processors = cpus();
    const { version, arch } = process;
    const cpu = `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`;
    this.#json = json;
    // Other work on the machine delays calls.
    this.#machine = `${cpu}, ${type()} ${arch}, Node ${version}, load ${loadavg()[0]?.toFixed(1)}`;
    this.note(`${this.#machine}; everything over loopback`);
  }

  note(text: string): void {
    if (!this.#json) console.log(text);
  }

  table(title: string, rows: readonly Readonly<Record<string, Cell>>[]): void {
    this.#tables[title] = rows;
    const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    this.note(`\n${title}\n`);
    this.note(
      formatTable(
        head,
        rows.map((row) => head.map((name) => formatCell(row[name] ?? ''))),
      ),
    );
  }

  /** Compares a figure of this service with its limit. */
  figure(name: keyof typeof limits, subject: string, measured: number): void {
    const { figure, most: limit, unit } = limits[name];
    this.#figures.push({ passed: measured <= limit, figure: `${subject}: ${figure}`, measured, limit, unit });
  }

  /** Prints the figures. @returns whether all are within their limits. */
  end(): boolean {
    if (this.#json) {
      const document = { machine: this.#machine, tables: this.#tables, figures: this.#figures };
      console.log(JSON.stringify(document, null, 2));
    } else if (this.#figures.length > 0) {
      this.table(
        'Limits',
        this.#figures.map(({ passed, ...row }) => ({ ...row, '': passed ? 'pass' : 'FAIL' })),
      );
    }
    return this.#figures.every(({ passed }) => passed);
  }
}

function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return (Number.isInteger(cell) ? whole : rounded).format(cell);
  const [low = '', middle = '', high = ''] = [0.1, 0.5, 0.9].map((share) =>
    rounded.format(quantile(cell, share)),
  );
  return `${middle} (${low}-${high})`;
}
