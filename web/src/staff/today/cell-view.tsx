import { useDraggable, useDroppable } from '@dnd-kit/core';
import { VisuallyHidden } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { displayOf, useFormat } from '../../format.ts';
import type { Cell, Axis } from './layout.ts';
import { countsOf } from './layout.ts';
import { patientReference } from './entries.ts';
import type { Entry } from './entries.ts';
import { StateIcon } from './state-icon.tsx';

interface CellProps {
  readonly id: string;
  readonly cell: Cell;
  readonly axis: Axis;
  readonly zone: string;
  /** Whether the tab key comes here: one field of the calendar at a time. */
  readonly current: boolean;
  readonly movable: boolean;
  readonly onOpen: () => void;
  readonly onFocus: () => void;
}

/** A field's height from which on a second line fits. */
const TWO_LINES_PX = 38;

/** One field of the calendar: a button that opens what can be done with it. */
export function CellView({ id, cell, axis, zone, current, movable, onOpen, onFocus }: CellProps): JSX.Element {
  const [entry] = cell.entries;
  const free = cell.entries.some(({ state }) => state === 'free');
  const drag = useDraggable({ id, disabled: !movable });
  const drop = useDroppable({ id, disabled: !free });
  const from = Math.max(cell.from, axis.from);
  const height = (Math.min(cell.to, axis.to) - from) * axis.pxPerMinute;
  const width = 100 / cell.lanes;
  return (
    <div
      role="gridcell"
      className="cell"
      style={{
        top: (from - axis.from) * axis.pxPerMinute,
        height: Math.max(height, 26),
        left: `${cell.lane * width}%`,
        width: `${width}%`,
      }}
    >
      <button
        type="button"
        className="cell-button"
        data-cell={id}
        data-state={cell.entries.every(({ state }) => state === entry?.state) ? entry?.state : 'booked'}
        data-over={drop.isOver || undefined}
        data-dragged={drag.isDragging || undefined}
        tabIndex={current ? 0 : -1}
        onClick={onOpen}
        onFocus={onFocus}
        ref={(node) => {
          drag.setNodeRef(node);
          drop.setNodeRef(node);
        }}
        {...(movable && {
          ...drag.listeners,
          'aria-roledescription': drag.attributes['aria-roledescription'],
          'aria-describedby': drag.attributes['aria-describedby'],
        })}
      >
        {entry && cell.entries.length === 1 && !entry.places ? (
          <One entry={entry} zone={zone} roomy={height >= TWO_LINES_PX} />
        ) : (
          <Several cell={cell} zone={zone} roomy={height >= TWO_LINES_PX} />
        )}
      </button>
    </div>
  );
}

interface TextProps {
  readonly zone: string;
  readonly roomy: boolean;
}

function One({ entry, zone, roomy }: TextProps & { readonly entry: Entry }): JSX.Element {
  const { t } = useTranslation('today');
  const { time } = useFormat();
  const { state, appointment, slot } = entry;
  const name = appointment ? displayOf(patientReference(appointment)) : t(`state.${state}`);
  const more = appointment ? t(`state.${state}`) : (state === 'blocked' && slot?.comment) || undefined;
  return (
    <>
      <span className="cell-line">
        <StateIcon state={state} />
        <span>{time(entry.start, zone)}</span> <span className="cell-name">{name}</span>
        {!roomy && more && (
          <>
            <VisuallyHidden>, </VisuallyHidden>
            <span className="cell-more cell-aside">{more}</span>
          </>
        )}
      </span>
      {roomy && more && <span className="cell-more">{more}</span>}
    </>
  );
}

function Several({ cell, zone, roomy }: TextProps & { readonly cell: Cell }): JSX.Element {
  const { t } = useTranslation('today');
  const { time } = useFormat();
  const places = cell.entries.find((entry) => entry.places)?.places;
  const counts = countsOf(cell.entries);
  const names = cell.entries.flatMap(({ appointment }) =>
    appointment ? [displayOf(patientReference(appointment))] : [],
  );
  return (
    <>
      <span className="cell-line">
        <span>{time(cell.start, zone)}</span>{' '}
        <span className="cell-name">
          {places ? t('places', places) : counts.map(([state, count]) => `${count} ${t(`state.${state}`)}`).join(', ')}
        </span>
        {places &&
          counts
            .filter(([state]) => state !== 'free')
            .map(([state, count]) => (
              <span key={state} className="cell-line" data-state={state}>
                <StateIcon state={state} />
                {count}
                <VisuallyHidden> {t(`state.${state}`)}</VisuallyHidden>
              </span>
            ))}
      </span>
      {roomy && places && names.length > 0 && <span className="cell-more">{names.join(', ')}</span>}
    </>
  );
}
