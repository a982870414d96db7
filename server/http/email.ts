import { allOk, badRequest, forbidden, OperationOutcomeError } from '@medplum/core';
import type { Project } from '@medplum/fhirtypes';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import type { Session } from '../auth/session.ts';
import { outcomeResponse } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';
import { isRecord } from './records.ts';
import type { SessionRoute } from './router.ts';

/** `MedplumClient.sendEmail`: hands a message to the project's SMTP server. */
export function emailRoute(): SessionRoute {
  return { method: 'POST', path: '/email/v1/send', handle: sendEmail };
}

async function sendEmail(request: ApiRequest, session: Session): Promise<ApiResponse> {
  if (!session.context.admin || !session.project.features?.includes('email')) {
    return outcomeResponse(forbidden);
  }
  const message = isRecord(request.body) ? request.body : {};
  for (const name of ['to', 'subject']) {
    if (!message[name]) {
      throw new OperationOutcomeError(badRequest(`${name === 'to' ? 'To' : 'Subject'} is required`, name));
    }
  }
  await sendMail(session.project, message);
  return outcomeResponse(allOk);
}

/**
 * Hands a message to a project's SMTP server.
 * @throws OperationOutcomeError There is none, or it does not take the message.
 */
export async function sendMail(project: Project, message: SendMailOptions): Promise<void> {
  const url = setting(project, 'SMTP_URL');
  if (!url) {
    throw new OperationOutcomeError(badRequest('This server sends no e-mail: set SMTP_URL'));
  }
  const from = setting(project, 'MAIL_FROM') ?? message.from;
  if (typeof from !== 'string') {
    throw new OperationOutcomeError(badRequest('Nobody to send it from: set MAIL_FROM'));
  }
  const options: SendMailOptions = { ...message, from, sender: from, disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport(url);
  try {
    await transport.sendMail(options);
  } catch (err) {
    throw new OperationOutcomeError(badRequest(`The mail server ${verdictOf(err as MailFailure)}`));
  } finally {
    transport.close();
  }
}

/** What nodemailer tells of a mail that did not go. */
interface MailFailure {
  readonly responseCode?: number;
  readonly code?: string;
  readonly syscall?: string;
  readonly timeoutType?: string;
}

/**
 * What whoever asked may know: a mail that the server refused, or that never got there, may be sent again. One behind
 * which the line went dead may have been taken; nodemailer calls that a failure of the connection, too.
 */
function verdictOf({ responseCode, code, syscall = '', timeoutType = '' }: MailFailure): string {
  if (responseCode) {
    return `refused the message (${responseCode})`;
  }
  const isUnreached =
    code === 'EDNS' ||
    ['connect', 'getaddrinfo'].includes(syscall) ||
    ['CONNECTION_TIMEOUT', 'GREETING_TIMEOUT'].includes(timeoutType);
  return isUnreached ? `was not reached (${code})` : `did not answer (${code})`;
}

function setting({ secret }: Project, name: string): string | undefined {
  return secret?.find((candidate) => candidate.name === name)?.valueString;
}
