/** What became of one thing that deploy looked at. `kept`: the clinic changed it, so it stays as they made it. */
export type Fate = 'created' | 'updated' | 'unchanged' | 'kept' | 'removed';

/** Collects what a deploy did (or, in a dry run, would do). */
export class Report {
  readonly lines: { fate: Fate; what: string }[] = [];

  add(fate: Fate, what: string): void {
    this.lines.push({ fate, what });
  }

  count(fate: Fate): number {
    return this.lines.filter((line) => line.fate === fate).length;
  }

  get changed(): boolean {
    return this.lines.some(({ fate }) => fate !== 'unchanged' && fate !== 'kept');
  }
}
