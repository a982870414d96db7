import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

type Line = { from: string; to: string } | { paused: string } | { resumed: string };

/**
 * What an import has done so far, kept beside the export: the new id of each resource, and the Subscriptions that it has
 * switched off and not on again. An import that was interrupted goes on from it.
 */
export class Ledger {
  /** New ids by old ones. */
  readonly ids = new Map<string, string>();
  readonly paused = new Set<string>();
  readonly file: string;

  /** @param baseUrl - Each server that an export goes to has a ledger of its own. */
  constructor(folder: string, baseUrl: string) {
    const kept = join(folder, 'imported');
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    this.file = join(kept, `${new URL(baseUrl).host.replace(':', '_')}.ndjson`);
    if (existsSync(this.file)) {
      // The last line may be half of one, and the next one must not be written behind it.
      const text = readFileSync(this.file, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole !== text) {
        truncateSync(this.file, Buffer.byteLength(whole));
      }
      const lines = whole.split('\n').slice(0, -1);
      lines.forEach((line) => this.apply(JSON.parse(line) as Line));
    }
  }

  moved(from: string, to: string): void {
    this.add({ from, to });
  }

  pause(id: string): void {
    this.add({ paused: id });
  }

  resume(id: string): void {
    this.add({ resumed: id });
  }

  private add(line: Line): void {
    this.apply(line);
    appendFileSync(this.file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  private apply(line: Line): void {
    if ('from' in line) {
      this.ids.set(line.from, line.to);
    } else if ('paused' in line) {
      this.paused.add(line.paused);
    } else {
      this.paused.delete(line.resumed);
    }
  }
}
