import type { WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Patient } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alike, isPhone, patientFrom, phoneOf } from '../../fhir/patients.ts';

/** Whom a form is for: somebody who was found, or somebody new who is made when the form is sent. */
export interface PatientChoice {
  readonly chosen: WithId<Patient> | undefined;
  /** What was typed when somebody turned out to be new; undefined while nobody is. */
  readonly newcomer: string | undefined;
  /** Who is known already and may be the new person. */
  readonly known: readonly WithId<Patient>[];
  readonly phoneError: string | undefined;
  readonly pick: (patient: WithId<Patient>) => void;
  readonly begin: (typed: string) => void;
  /** Back to searching. */
  readonly search: () => void;
  /** Whom the form describes; undefined where something has to be put right first, which is then shown. */
  readonly described: (form: FormData) => Patient | undefined;
  /** Makes somebody new; undefined where they may be known, which is then shown. They are never made twice. */
  readonly settle: (patient: Patient) => Promise<WithId<Patient> | undefined>;
}

export function usePatientChoice(initial: WithId<Patient> | undefined): PatientChoice {
  const medplum = useMedplum();
  const { t } = useTranslation('patients');
  const [chosen, setChosen] = useState(initial);
  const [newcomer, setNewcomer] = useState<string>();
  const [known, setKnown] = useState<readonly WithId<Patient>[]>([]);
  const [phoneError, setPhoneError] = useState<string>();
  return {
    chosen,
    newcomer,
    known: chosen ? [] : known,
    phoneError,
    pick: setChosen,
    begin: setNewcomer,
    search: () => {
      setChosen(undefined);
      setNewcomer(undefined);
      setKnown([]);
    },
    described: (form) => {
      if (chosen || newcomer === undefined) {
        return chosen;
      }
      const patient = patientFrom(form);
      const phone = phoneOf(patient);
      const wrong = phone !== undefined && !isPhone(phone);
      setPhoneError(wrong ? t('phoneShape') : undefined);
      return wrong ? undefined : patient;
    },
    settle: async (patient) => {
      if (patient.id) {
        return patient as WithId<Patient>;
      }
      const same = known.length > 0 ? [] : await alike(medplum, patient);
      setKnown(same);
      if (same.length > 0) {
        return undefined;
      }
      const made = await medplum.createResource<Patient>(patient);
      // Even if what follows fails: the next try is for them.
      setChosen(made);
      return made;
    },
  };
}
