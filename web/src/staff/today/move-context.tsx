import {
  DndContext,
  DragOverlay,
  KeyboardCode,
  KeyboardSensor,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import type { Announcements, CollisionDetection, KeyboardCoordinateGetter, UniqueIdentifier } from '@dnd-kit/core';
import { useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { displayOf, useFormat } from '../../format.ts';
import { patientReference } from './entries.ts';
import type { Entry } from './entries.ts';
import { positionOf } from './keys.ts';
import type { Cell, Column } from './layout.ts';

/** An appointment that was put onto a free slot. */
export interface Drop {
  readonly entry: Entry;
  readonly onto: Entry;
}

interface MoveContextProps {
  readonly columns: readonly Column[];
  readonly zone: string;
  readonly onDrop: (drop: Drop) => void;
  readonly onDragging: (dragging: boolean) => void;
  readonly children: ReactNode;
}

/** How far from a slot's corner something still lies on it, in pixels. */
const ON_IT_PX = 12;

/** Where the pointer is; without a pointer, the slot that the keys carried it to: at first it is over none. */
const collision: CollisionDetection = (args) => {
  if (args.pointerCoordinates) {
    return pointerWithin(args);
  }
  const { collisionRect, droppableRects, droppableContainers } = args;
  return droppableContainers.flatMap((droppableContainer) => {
    const rect = droppableRects.get(droppableContainer.id);
    const distance = rect ? Math.hypot(rect.left - collisionRect.left, rect.top - collisionRect.top) : Infinity;
    return distance < ON_IT_PX ? [{ id: droppableContainer.id, data: { droppableContainer, value: distance } }] : [];
  });
};

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** An arrow key carries to the nearest free slot in its direction. */
const toNextSlot: KeyboardCoordinateGetter = (
  event,
  { context: { collisionRect, droppableRects, droppableContainers } },
) => {
  const direction = DIRECTIONS[event.code];
  if (!direction || !collisionRect) {
    return undefined;
  }
  event.preventDefault();
  const [right, down] = direction;
  const rects = droppableContainers.getEnabled().flatMap(({ id }) => droppableRects.get(id) ?? []);
  const ways = rects.flatMap(({ left, top }) => {
    const [x, y] = [left - collisionRect.left, top - collisionRect.top];
    const along = x * right + y * down;
    const across = Math.abs(x * down) + Math.abs(y * right);
    return along > 4 ? [{ left, top, cost: along + 3 * across }] : [];
  });
  const [best] = ways.toSorted((a, b) => a.cost - b.cost);
  return best && { x: best.left, y: best.top };
};

/** Carrying appointments to free slots, with the mouse, a finger or the keyboard. */
export function MoveContext({ columns, zone, onDrop, onDragging, children }: MoveContextProps): JSX.Element {
  const { t } = useTranslation('today');
  const { time } = useFormat();
  const [carried, setCarried] = useState<Entry>();
  const sensors = useSensors(
    // A click is no move.
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: toNextSlot,
      keyboardCodes: {
        start: [KeyboardCode.Space],
        cancel: [KeyboardCode.Esc],
        end: [KeyboardCode.Space, KeyboardCode.Enter],
      },
    }),
  );
  const find = (id: UniqueIdentifier | undefined): { column: Column; cell: Cell } | undefined => {
    const at = positionOf(columns, id === undefined ? undefined : String(id));
    const column = at && columns[at.column];
    const cell = at && column?.cells[at.cell];
    return column && cell && { column, cell };
  };
  const slotName = (id: UniqueIdentifier | undefined): string => {
    const found = find(id);
    return found ? `${time(found.cell.start, zone)} ${found.column.title}` : '';
  };
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('move.picked', { time: slotName(active.id) }),
    onDragOver: ({ over }) => (over ? t('move.over', { time: slotName(over.id) }) : t('move.nowhere')),
    onDragEnd: ({ over }) => (over ? t('move.dropped', { time: slotName(over.id) }) : t('move.back')),
    onDragCancel: () => t('move.back'),
  };
  const end = (): void => {
    setCarried(undefined);
    onDragging(false);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collision}
      accessibility={{ announcements, screenReaderInstructions: { draggable: t('move.instructions') } }}
      onDragStart={({ active }) => {
        setCarried(find(active.id)?.cell.entries[0]);
        onDragging(true);
      }}
      onDragCancel={end}
      onDragEnd={({ over }) => {
        const onto = find(over?.id)?.cell.entries.find(({ state }) => state === 'free');
        end();
        if (carried && onto) {
          onDrop({ entry: carried, onto });
        }
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {carried?.appointment && (
          <div className="cell-button" data-state="booked">
            <span className="cell-name">{displayOf(patientReference(carried.appointment))}</span>
          </div>
        )}
      </DragOverlay>
    </DndContext>
  );
}
