import { Table } from '@mantine/core';
import type { JSX, ReactNode } from 'react';

interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  /** Where there is room for it only: not on a phone. */
  readonly wide?: boolean;
}

interface ListTableProps<T> {
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
}

/** A list of resources, a row each. */
export function ListTable<T extends { readonly id: string }>({ rows, columns }: ListTableProps<T>): JSX.Element {
  const visibleFrom = ({ wide }: Column<T>): { readonly visibleFrom?: 'sm' } => (wide ? { visibleFrom: 'sm' } : {});
  return (
    <Table verticalSpacing="sm" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column.title} scope="col" {...visibleFrom(column)}>
              {column.title}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            {columns.map((column) => (
              <Table.Td key={column.title} {...visibleFrom(column)}>
                {column.cell(row)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
