import type { CompositionSection } from '@medplum/fhirtypes';
import { useTranslation } from 'react-i18next';

/** LOINC's codes of the sections that the scribe writes. */
const SECTIONS = {
  '61150-9': 'subjective',
  '61149-1': 'objective',
  '51848-0': 'assessment',
  '18776-5': 'plan',
} as const;

/** What the sections of a note are called, by their code; others by the title that they bring along. */
export function useSectionTitles(): (section: CompositionSection) => string {
  const { t } = useTranslation('scribe');
  return ({ code, title }) => {
    const known = Object.entries(SECTIONS).find(([loinc]) => code?.coding?.some((coding) => coding.code === loinc));
    return known ? t(`section.${known[1]}`) : (title ?? t('note'));
  };
}
