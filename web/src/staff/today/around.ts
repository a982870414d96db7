import type { WithId } from '@medplum/core';
import type { Patient, Slot } from '@medplum/fhirtypes';
import type { Bookable } from '../booking/actors.ts';

/** What the panel of one field needs to know of the calendar around it. */
export interface Around {
  readonly bookable: Bookable;
  readonly slots: readonly WithId<Slot>[];
  readonly patients: ReadonlyMap<string, WithId<Patient>>;
  readonly now: Date;
}
