/** Reads the comma-separated files of ACI-BENCH and MTS-Dialog (RFC 4180: quoted cells may hold newlines). */

import { readFileSync } from 'node:fs';

export type Row = Readonly<Record<string, string>>;

export function readCsv(file: string): Row[] {
  const [head, ...rows] = parseCsv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  return rows
    .filter((cells) => cells.length > 1)
    .map((cells) => Object.fromEntries((head ?? []).map((name, column) => [name, cells[column] ?? ''])));
}

export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) throw new Error('Not a comma-separated file: a quote is left open.');
    const value = match[1] ?? '';
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (match[2] !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
