import './today.css';
import { Text } from '@mantine/core';
import { useRef, useState } from 'react';
import type { JSX, KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';
import { CellView } from './cell-view.tsx';
import { cellId, firstPosition, moveBy, positionOf } from './keys.ts';
import { axisOf, minuteIn } from './layout.ts';
import type { Axis, Column } from './layout.ts';
import { MoveContext } from './move-context.tsx';
import type { Drop } from './move-context.tsx';

interface CalendarProps {
  readonly columns: readonly Column[];
  readonly zone: string;
  readonly now: Date;
  /** The columns in which it is now. */
  readonly isNow: (column: Column) => boolean;
  readonly onOpen: (column: Column, cell: string) => void;
  readonly onDrop: (drop: Drop) => void;
  /** A day, or a week, back or on. */
  readonly onTurn: (step: 1 | -1) => void;
}

/** The calendar as a grid: arrow keys move through it, Enter opens a field, Space picks an appointment up. */
export function Calendar(props: CalendarProps): JSX.Element {
  const { columns, zone, now, isNow, onOpen, onDrop, onTurn } = props;
  const { t } = useTranslation('today');
  const grid = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string>();
  const [dragging, setDragging] = useState(false);
  const axis = axisOf(columns);
  const at = positionOf(columns, focused) ?? firstPosition(columns, now);

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an appointment is carried, the keys move it.
    if (dragging || event.altKey || event.ctrlKey || event.metaKey || !at) {
      return;
    }
    if (event.key === 'PageDown' || event.key === 'PageUp') {
      event.preventDefault();
      onTurn(event.key === 'PageDown' ? 1 : -1);
      return;
    }
    const next = moveBy(columns, at, event.key);
    const column = next && columns[next.column];
    const cell = next && column?.cells[next.cell];
    if (column && cell) {
      event.preventDefault();
      const id = cellId(column.key, cell.key);
      setFocused(id);
      grid.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`)?.focus();
    }
  };

  return (
    <MoveContext columns={columns} zone={zone} onDrop={onDrop} onDragging={setDragging}>
      <div className="calendar">
        <Hours axis={axis} zone={zone} />
        <div className="calendar-columns" role="grid" aria-label={t('calendar')} ref={grid} onKeyDown={onKeyDown}>
          {columns.map((column, index) => (
            <div key={column.key} className="calendar-column" role="row">
              <div className="calendar-head" role="rowheader" data-today={isNow(column) || undefined}>
                <Text span inherit truncate>
                  {column.title}
                </Text>
              </div>
              <div
                className="calendar-body"
                role="presentation"
                style={{
                  height: (axis.to - axis.from) * axis.pxPerMinute,
                  ['--hour-height' as string]: `${60 * axis.pxPerMinute}px`,
                }}
              >
                {column.cells.map((cell, cellIndex) => (
                  <CellView
                    key={cell.key}
                    id={cellId(column.key, cell.key)}
                    cell={cell}
                    axis={axis}
                    zone={zone}
                    current={at?.column === index && at.cell === cellIndex}
                    movable={
                      cell.entries.length === 1 && cell.entries[0]?.state === 'booked' && !cell.entries[0].places
                    }
                    onOpen={() => onOpen(column, cell.key)}
                    onFocus={() => setFocused(cellId(column.key, cell.key))}
                  />
                ))}
                {isNow(column) && <Now axis={axis} zone={zone} now={now} />}
              </div>
            </div>
          ))}
        </div>
      </div>
    </MoveContext>
  );
}

function Hours({ axis, zone }: { readonly axis: Axis; readonly zone: string }): JSX.Element {
  const { time } = useFormat();
  const hours = Array.from({ length: (axis.to - axis.from) / 60 }, (_, index) => axis.from + index * 60);
  return (
    <div className="calendar-axis" aria-hidden="true" title={zone}>
      <div className="calendar-head" />
      <div className="calendar-hours">
        {hours.map((minute) => (
          <span key={minute} className="calendar-hour" style={{ top: (minute - axis.from) * axis.pxPerMinute }}>
            {time(new Date(minute * 60_000), 'UTC')}
          </span>
        ))}
      </div>
    </div>
  );
}

function Now({
  axis,
  zone,
  now,
}: {
  readonly axis: Axis;
  readonly zone: string;
  readonly now: Date;
}): JSX.Element | null {
  const minute = minuteIn(zone, now);
  return minute >= axis.from && minute <= axis.to ? (
    <div className="calendar-now" data-now="" style={{ top: (minute - axis.from) * axis.pxPerMinute }} />
  ) : null;
}
