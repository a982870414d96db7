import type { Column } from './layout.ts';

/** A field: which column, and which of its fields. */
export interface Position {
  readonly column: number;
  readonly cell: number;
}

/** Where a field stands; undefined if it is not there any more. */
export function positionOf(columns: readonly Column[], key: string | undefined): Position | undefined {
  for (const [column, { key: prefix, cells }] of columns.entries()) {
    const cell = cells.findIndex((candidate) => cellId(prefix, candidate.key) === key);
    if (cell !== -1) {
      return { column, cell };
    }
  }
  return undefined;
}

/** The name of a field among all of the calendar. */
export const cellId = (column: string, cell: string): string => `${column} ${cell}`;

/**
 * Where a key leads from a field: up and down within the column, left and right to the field beside it that begins
 * nearest, Home and End to the column's ends.
 * @returns undefined where the key leads nowhere.
 */
export function moveBy(columns: readonly Column[], at: Position, key: string): Position | undefined {
  const cells = columns[at.column]?.cells ?? [];
  switch (key) {
    case 'ArrowDown':
      return at.cell + 1 < cells.length ? { ...at, cell: at.cell + 1 } : undefined;
    case 'ArrowUp':
      return at.cell > 0 ? { ...at, cell: at.cell - 1 } : undefined;
    case 'ArrowRight':
      return beside(columns, at, 1);
    case 'ArrowLeft':
      return beside(columns, at, -1);
    case 'Home':
      return { ...at, cell: 0 };
    case 'End':
      return { ...at, cell: cells.length - 1 };
    default:
      return undefined;
  }
}

function beside(columns: readonly Column[], at: Position, step: 1 | -1): Position | undefined {
  const from = columns[at.column]?.cells[at.cell]?.from ?? 0;
  for (let column = at.column + step; column >= 0 && column < columns.length; column += step) {
    const cells = columns[column]?.cells ?? [];
    if (cells.length > 0) {
      const distance = (index: number): number => Math.abs((cells[index]?.from ?? 0) - from);
      const nearest = cells.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
      return { column, cell: nearest };
    }
  }
  return undefined;
}

/** Where the focus begins: at what is going on, or comes next, else at the first field. */
export function firstPosition(columns: readonly Column[], now: Date): Position | undefined {
  const column = columns.findIndex(({ cells }) => cells.length > 0);
  const cells = columns[column]?.cells ?? [];
  const next = cells.findIndex(({ end }) => end > now);
  return column === -1 ? undefined : { column, cell: Math.max(0, next) };
}
