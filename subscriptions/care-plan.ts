import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

export default [when('CarePlan', becomes('revoked')).run('journeys/revoke')] satisfies Rule[];
