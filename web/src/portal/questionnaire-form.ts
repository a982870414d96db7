import '@medplum/react/styles.css';

/** Medplum's form with its looks: more code than all of a patient's pages together. */
export { QuestionnaireForm } from '@medplum/react';
