/** The paths of all variables, as templates name them. Apart from how they are filled: pages check templates, too. */
export const VARIABLES = [
  'patient.name',
  'patient.given',
  'patient.family',
  'appointment.date',
  'appointment.time',
  'appointment.zone',
  'appointment.heldUntil',
  'practitioner.name',
  'location.name',
  'location.address',
  'location.phone',
] as const;
