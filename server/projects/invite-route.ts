import { allOk, badRequest, OperationOutcomeError } from '@medplum/core';
import type { InviteRequest } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Session } from '../auth/session.ts';
import { sendMail } from '../http/email.ts';
import { fhirJson, outcomeResponse, versionHeaders } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { assertFields, fieldsOf, isEmail, isText } from '../people/fields.ts';
import { invitationMail, welcomeMail } from '../people/mails.ts';
import { invite } from './invite.ts';
import type { Invitation, InviteOptions } from './invite.ts';

export interface InviteRouteOptions extends InviteOptions {
  /** Where people sign in. */
  appBaseUrl: string;
}

const PROFILE_TYPES = ['Patient', 'Practitioner', 'RelatedPerson'];

/**
 * `POST /admin/projects/:id/invite`. Where the mail cannot be sent the person is a member all the same, and the answer is
 * 200 with an outcome that says so, as in Medplum.
 */
export async function postInvite(
  { body }: ApiRequest,
  session: Session,
  options: InviteRouteOptions,
): Promise<ApiResponse> {
  const fields = fieldsOf(body);
  const { resourceType, firstName, lastName, email, externalId, password } = fields;
  assertFields([
    ['resourceType', PROFILE_TYPES.includes(resourceType as string), 'Resource type is required'],
    ['firstName', isText(firstName), 'First name is required'],
    ['lastName', isText(lastName), 'Last name is required'],
    [
      undefined,
      isEmail(email) || (email === undefined && isText(externalId)),
      'Either email or externalId is required',
    ],
    ['password', password === undefined || isText(password), 'Invalid password'],
  ]);
  if (fields.mfaRequired) {
    throw new OperationOutcomeError(badRequest('A second factor is not supported', 'mfaRequired'));
  }
  // The rest is checked as parts of the resources that they become.
  const request = fields as unknown as InviteRequest;
  const invitation = await invite(session, request, options);
  const failure = request.sendEmail === false ? undefined : await sendInvitation(session, invitation, options);
  return failure
    ? outcomeResponse(failure)
    : fhirJson(200, invitation.membership, versionHeaders(invitation.membership));
}

async function sendInvitation(
  { project }: Session,
  { user, link }: Invitation,
  { appBaseUrl }: InviteRouteOptions,
): Promise<OperationOutcome | undefined> {
  if (user.email === undefined) {
    return undefined;
  }
  try {
    await sendMail(project, link ? invitationMail(user, project, link) : welcomeMail(user, project, appBaseUrl));
    return undefined;
  } catch (err) {
    const diagnostics = err instanceof OperationOutcomeError ? err.outcome.issue[0]?.details?.text : undefined;
    return {
      resourceType: 'OperationOutcome',
      id: allOk.id as string,
      issue: [
        {
          severity: 'error',
          code: 'exception',
          details: { text: 'The person is a member now, but the mail could not be sent.' },
          ...(diagnostics && { diagnostics }),
        },
      ],
    };
  }
}
