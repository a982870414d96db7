import { checkEveryPageOf } from './every-page-check.ts';

checkEveryPageOf('practitioner', 'administrator');
